"""A relying party by python3-openid, without HTTP of its own: each line of JSON from its input is an order, answered by a line of JSON.

{"begin": identifier, "realm", "returnTo", "types", "sreg", "ax", "pape", "immediate", "anonymous"} gives {"url"}, and {"form"} for a POST.
  types     pairs of association type and session type; none asks the provider about each assertion
{"complete": address with the answer, "form": fields} gives {"status", "message", "identity", "sreg", "ax", "pape", "stateless"}.
What goes wrong gives {"error"}.
"""

import json
import sys
from urllib.parse import parse_qsl, urlsplit

from openid.consumer import consumer
from openid.extensions import ax, sreg
from openid.extensions.draft import pape5 as pape
from openid.store.memstore import MemoryStore

sys.stdin.readline()
print(0, flush=True)
session, store = {}, MemoryStore()
checked = 0


def relying_party(types):
    made = consumer.Consumer(session, store if types else None)
    made.setAssociationPreference([tuple(pair) for pair in types])
    direct = made.consumer._checkAuth

    def check(*args):
        global checked
        checked += 1
        return direct(*args)

    made.consumer._checkAuth = check
    return made


def begin(order):
    global party, checked
    checked = 0
    party = relying_party(order.get('types', []))
    request = party.begin(order['begin'], anonymous=order.get('anonymous', False))
    if 'sreg' in order:
        request.addExtension(sreg.SRegRequest(required=order['sreg'][:1], optional=order['sreg'][1:]))
    if 'ax' in order:
        wanted = ax.FetchRequest()
        for uri, count in order['ax'].items():
            wanted.add(ax.AttrInfo(uri, count=count, required=True))
        request.addExtension(wanted)
    if 'pape' in order:
        request.addExtension(pape.Request(max_auth_age=order['pape']))
    url = request.redirectURL(order['realm'], order['returnTo'], immediate=order.get('immediate', False))
    form = request.getMessage(order['realm'], order['returnTo'], order.get('immediate', False)).toPostArgs()
    return {'url': url, 'form': form}


def complete(order):
    query = {**dict(parse_qsl(urlsplit(order['complete']).query)), **order.get('form', {})}
    result = party.complete(query, order['complete'].split('?openid.')[0].split('&openid.')[0])
    answer = {'status': result.status, 'stateless': checked > 0}
    if result.status == consumer.FAILURE:
        answer['message'] = str(result.message)
    if result.status == consumer.SUCCESS:
        facts = sreg.SRegResponse.fromSuccessResponse(result)
        attributes = ax.FetchResponse.fromSuccessResponse(result)
        policies = pape.Response.fromSuccessResponse(result)
        answer['identity'] = result.getDisplayIdentifier()
        answer['sreg'] = dict(facts.items()) if facts else None
        answer['ax'] = attributes and attributes.data
        answer['pape'] = policies and {'policies': policies.auth_policies, 'time': policies.auth_time}
    return answer


for line in sys.stdin:
    try:
        order = json.loads(line)
        answer = begin(order) if 'begin' in order else complete(order)
    except Exception as error:
        answer = {'error': '%s: %s' % (type(error).__name__, error)}
    print(json.dumps(answer), flush=True)

"""An OpenID 2.0 provider on loopback by python3-openid: everybody who comes is the user of its settings, without being asked.

Reads settings as a line of JSON from its input, prints its port, and ends with its input. Further lines change settings, and are
answered with what was asked since the line before, as JSON.

user         whose identifier is asserted; null refuses
users        by name: {"sreg": {field: value}, "ax": {type: [values]}}
discovery    "xrds" or "html" (identifiers of users alone)
rpDiscovery  true: answers go only to addresses that the realm's own XRDS document lists
policies     of PAPE, as URIs
"""

import json
import sys
import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from openid.extensions import ax, sreg
from openid.extensions.draft import pape5 as pape
from openid.fetchers import HTTPFetchingError
from openid.server.server import ProtocolError, Server
from openid.store.memstore import MemoryStore
from openid.yadis.discover import DiscoveryFailure

settings = json.loads(sys.stdin.readline())
asked = []
# python3-openid's memory is not made for threads.
lock = threading.Lock()

XRDS = """<?xml version="1.0" encoding="UTF-8"?>
<xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD><Service priority="0">
<Type>http://specs.openid.net/auth/2.0/%s</Type>
<Type>http://openid.net/extensions/sreg/1.1</Type>
<Type>http://openid.net/srv/ax/1.0</Type>
<Type>http://specs.openid.net/extensions/pape/1.0</Type>
<URI>%s</URI>%s
</Service></XRD></xrds:XRDS>
"""


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    wbufsize = -1

    def do_GET(self):
        path, query = urlsplit(self.path)[2:4]
        with lock:
            asked.append({'method': 'GET', 'path': path})
            if path == '/openid':
                return self.message(query)
            self.discovery(path)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0)).decode()
        with lock:
            asked.append({'method': 'POST', 'path': self.path})
            self.message(body)

    def discovery(self, path):
        name = path.split('/')[2] if path.startswith('/id/') else None
        if path not in ('/', '/xrds') and name not in settings['users']:
            return self.send(404, {'Content-Type': 'text/plain'}, b'Nothing here.\n')
        identifier = origin + '/id/%s' % name if name else origin + '/'
        is_document = path.endswith('/xrds') or 'application/xrds+xml' in self.headers.get('Accept', '')
        has_document = settings.get('discovery', 'xrds') == 'xrds'
        if is_document and has_document:
            local = '<LocalID>%s</LocalID>' % escape(identifier) if name else ''
            document = XRDS % ('signon' if name else 'server', origin + '/openid', local)
            return self.send(200, {'Content-Type': 'application/xrds+xml'}, document.encode())
        links = '<link rel="openid2.provider" href="%s/openid"><link rel="openid2.local_id" href="%s">' % (origin, escape(identifier))
        page = '<html><head><title>A page</title>%s</head><body></body></html>' % (links if name else '')
        location = identifier.rstrip('/') + '/xrds'
        self.send(200, {'Content-Type': 'text/html', **({'X-XRDS-Location': location} if has_document else {})}, page.encode())

    def message(self, encoded):
        query = dict(parse_qsl(encoded, keep_blank_values=True))
        asked[-1]['mode'] = query.get('openid.mode')
        try:
            request = server.decodeRequest(query)
        except ProtocolError as error:
            return self.encoded(error)
        if request is None:
            return self.send(200, {'Content-Type': 'text/plain'}, b'An OpenID endpoint.\n')
        if request.mode not in ('checkid_setup', 'checkid_immediate'):
            return self.encoded(server.handleRequest(request))
        if settings.get('rpDiscovery') and not is_listed(request):
            return self.send(403, {'Content-Type': 'text/plain'}, b'The realm does not list that address.\n')
        self.encoded(authenticate(request))

    def encoded(self, response):
        answer = server.encodeResponse(response)
        body = answer.body if isinstance(answer.body, bytes) else answer.body.encode()
        headers = {name.title(): value for name, value in answer.headers.items()}
        self.send(answer.code, {'Content-Type': 'text/html; charset=utf-8' if body.startswith(b'<') else 'text/plain', **headers}, body)

    def send(self, status, headers, body):
        self.send_response(status)
        for name, value in {**headers, 'Content-Length': str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def is_listed(request):
    try:
        return request.returnToVerified()
    except (HTTPFetchingError, DiscoveryFailure):
        return False


def authenticate(request):
    user = settings.get('user')
    identifier = origin + '/id/%s' % user
    if user is None or not (request.idSelect() or request.identity == identifier):
        return request.answer(False)
    response = request.answer(True, identity=identifier if request.idSelect() else None)
    facts = settings['users'][user]
    wanted = sreg.SRegRequest.fromOpenIDRequest(request)
    response.addExtension(sreg.SRegResponse.extractResponse(wanted, facts.get('sreg', {})))
    attributes = ax.FetchRequest.fromOpenIDRequest(request)
    if attributes:
        answer = ax.FetchResponse(attributes)
        for attribute in attributes.iterAttrs():
            values = facts.get('ax', {}).get(attribute.type_uri, [])
            answer.setValues(attribute.type_uri, values if attribute.wantsUnlimitedValues() else values[:attribute.count])
        response.addExtension(answer)
    if pape.Request.fromOpenIDRequest(request):
        response.addExtension(pape.Response(auth_policies=settings.get('policies', [])))
    return response


http = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
http.daemon_threads = True
origin = 'http://127.0.0.1:%d' % http.server_address[1]
server = Server(MemoryStore(), origin + '/openid')
threading.Thread(target=http.serve_forever, daemon=True).start()
print(http.server_address[1], flush=True)
for line in sys.stdin:
    with lock:
        settings.update(json.loads(line))
        print(json.dumps(asked), flush=True)
        asked.clear()

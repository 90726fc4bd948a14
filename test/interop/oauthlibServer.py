"""A small server on loopback that verifies every request with oauthlib, with that library's own defaults but for https.

Reads one line of JSON from its input, {"clients", "tokens", "publicKey"}, where the first two hold secrets by name; prints its port; ends
with its input. Answers 200 to a request that oauthlib accepts, else 401; the body is JSON that says what it saw.
"""

import base64
import hashlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from oauthlib.oauth1 import RequestValidator, ResourceEndpoint, SignatureOnlyEndpoint

METHODS = (
    'HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512', 'PLAINTEXT',
)

known = json.loads(sys.stdin.readline())


class Validator(RequestValidator):
    allowed_signature_methods = METHODS
    enforce_ssl = False
    dummy_client = 'nobody'
    dummy_access_token = 'nothing'

    def __init__(self):
        super().__init__()
        self.seen = set()

    def validate_client_key(self, client_key, request):
        return client_key in known['clients']

    def validate_access_token(self, client_key, token, request):
        return token in known['tokens']

    def validate_timestamp_and_nonce(self, client_key, timestamp, nonce, request, request_token=None, access_token=None):
        is_new = (timestamp, nonce) not in self.seen
        self.seen.add((timestamp, nonce))
        return is_new

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True

    def get_client_secret(self, client_key, request):
        return known['clients'].get(client_key, '')

    def get_access_token_secret(self, client_key, token, request):
        return known['tokens'].get(token, '')

    def get_rsa_key(self, client_key, request):
        return known['publicKey']


validator = Validator()
with_token = ResourceEndpoint(validator)
without_token = SignatureOnlyEndpoint(validator)


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    # Head and body leave together: apart, each answer would wait for the acknowledgement of its head.
    wbufsize = -1

    def answer(self):
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        uri = 'http://%s%s' % (self.headers['Host'], self.path)
        try:
            valid, seen = self.verify(uri, body)
        except ValueError as error:
            valid, seen = False, {'error': str(error)}
        text = b'' if self.command == 'HEAD' else json.dumps(seen).encode()
        self.send_response(200 if valid else 401)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def verify(self, uri, body):
        if self.path.startswith('/without-token'):
            valid, request = without_token.validate_request(uri, self.command, body.decode(), dict(self.headers))
        else:
            valid, request = with_token.validate_protected_resource_request(uri, self.command, body.decode(), dict(self.headers))
        protocol = dict(request.oauth_params) if request else {}
        return valid and hash_fits(protocol, body), {
            'method': protocol.get('oauth_signature_method'),
            'hashed': 'oauth_body_hash' in protocol,
            'realm': request.realm if request else None,
            'parameters': [pair for pair in request.params if not pair[0].startswith('oauth_')] if request else [],
            'body': body.decode(),
        }

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_):
        pass


def hash_fits(protocol, body):
    """oauthlib signs oauth_body_hash as any parameter and leaves the comparison to the application."""
    sent = protocol.get('oauth_body_hash')
    digest = protocol.get('oauth_signature_method', '').split('-')[-1].lower()
    return sent is None or sent == base64.b64encode(hashlib.new(digest, body).digest()).decode()


server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()

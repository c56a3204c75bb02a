"""OpenID Connect as allauth does it, held tighter: signature and nonce checked, nothing kept but who it is."""

from __future__ import annotations

import secrets
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

ALGORITHMS = ["RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512", "EdDSA"]
"""With a public key only: a token signed with a shared secret, or not at all, is refused."""
CLOCKS_APART_SECONDS = 60


def nonce_of(state: str) -> str:
    """The nonce (OpenID Connect Core 3.1.2.1) of a sign-in; its state is random, bound to the session and used once."""
    return salted_hmac("forsyn.oidc.nonce", state, algorithm="sha256").hexdigest()


class BrokerClient(OAuth2Client):
    """Sends the nonce along."""

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, Any]) -> str:
        extra_params["nonce"] = nonce_of(self.state)
        return str(super().get_redirect_url(authorization_url, scope, extra_params))


class BrokerOAuth2Adapter(OpenIDConnectOAuth2Adapter):
    """Checks the ID token's signature, although it comes straight from the issuer, and its nonce."""

    client_class = BrokerClient

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=self._key_of(id_token),
                algorithms=ALGORITHMS,
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                leeway=CLOCKS_APART_SECONDS,
                options={"require": ["iss", "aud", "exp", "iat", "sub", "nonce"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(f"The ID token does not hold: {error}") from error
        if not secrets.compare_digest(str(claims["nonce"]), nonce_of(self.request.GET["state"])):
            raise OAuth2Error("The ID token belongs to another sign-in.")
        return claims

    def _key_of(self, id_token: str) -> jwt.PyJWK:
        """The issuer's key that the token names; a token may name none where the issuer has only one."""
        wanted = jwt.get_unverified_header(id_token).get("kid")
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(response.json()).keys
        fitting = [key for key in keys if key.key_id == wanted] if wanted else keys
        if len(fitting) != 1:
            raise jwt.InvalidKeyError(f"the issuer has {len(fitting)} keys for {wanted!r}")
        return fitting[0]


class BrokerProvider(OpenIDConnectProvider):
    """A provider such as a MitID broker."""

    oauth2_adapter_class = BrokerOAuth2Adapter

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, Any]:
        return self.get_auth_params()

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return self.get_scope()

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


provider_classes = [BrokerProvider]

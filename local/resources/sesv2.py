"""Senders of e-mail. Nothing is sent: `app mail` shows what would have been."""

from local.resources.names import pascal, present
from local.resources.registry import ANEW, resource
from local.resources.request import Request, ResourceState


@resource(
    "aws:sesv2/emailIdentity:EmailIdentity",
    passes="emailIdentity configurationSetName",
    ignores="dkimSigningAttributes",
    update=ANEW,
    fixed="emailIdentity",
    delete=lambda request: request.client("sesv2").delete_email_identity(EmailIdentity=request.id),
)
def email_identity(request: Request) -> ResourceState:
    """Make an address or a domain that may send e-mail; it is verified at once."""
    name = request.require("emailIdentity")
    response = request.client("sesv2").create_email_identity(
        EmailIdentity=name,
        **present(ConfigurationSetName=request.get("configurationSetName")),
    )
    return ResourceState(
        name,
        {
            "arn": request.target.arn("ses", f"identity/{name}"),
            "identityType": response.get(
                "IdentityType", "EMAIL_ADDRESS" if "@" in name else "DOMAIN"
            ),
            "dkimSigningAttributes": {
                "status": "SUCCESS",
                "tokens": response.get("DkimAttributes", {}).get("Tokens", []),
            },
            "verifiedForSendingStatus": True,
        },
    )


_OPTIONS = (
    "deliveryOptions reputationOptions sendingOptions suppressionOptions trackingOptions vdmOptions"
)


@resource(
    "aws:sesv2/configurationSet:ConfigurationSet",
    passes=f"configurationSetName {_OPTIONS}",
    update=ANEW,
    fixed="configurationSetName",
    delete=lambda request: request.client("sesv2").delete_configuration_set(
        ConfigurationSetName=request.id
    ),
)
def configuration_set(request: Request) -> ResourceState:
    """Make a configuration set."""
    name = request.require("configurationSetName")
    options = {key: request.inputs[key] for key in _OPTIONS.split() if request.get(key)}
    request.client("sesv2").create_configuration_set(ConfigurationSetName=name, **pascal(options))
    return ResourceState(
        name,
        {
            "configurationSetName": name,
            "arn": request.target.arn("ses", f"configuration-set/{name}"),
        },
    )

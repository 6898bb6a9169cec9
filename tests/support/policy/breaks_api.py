"""Rows 22 to 33: APIs."""

from tests.support.policy.mutations import Break

STAGE = "apigateway/stage:Stage api-stage"
SETTINGS = "apigateway/methodSettings:MethodSettings api-stage-settings"
METHOD = "apigateway/method:Method api-post-users"
VALIDATOR = "apigateway/requestValidator:RequestValidator api-validator"
DOMAIN = "apigateway/domainName:DomainName api-access-domain"
DEPLOYMENT = "apigateway/deployment:Deployment api-deployment"
PREFLIGHT = (
    "apigateway/integrationResponse:IntegrationResponse api-options-users-integration-response"
)
ERROR = "apigateway/response:Response api-default-4xx"
FUNCTION = "lambda/function:Function create-user"
BODY = ("responseTemplates", "application/json")

BREAKS = (
    Break(rule="22", of=SETTINGS, path=("settings", "loggingLevel"), to="OFF"),
    Break(rule="22", of=SETTINGS, path=("settings", "loggingLevel")),
    Break(rule="22", of=SETTINGS, also=("26",)),
    Break(rule="22", of=SETTINGS, path=("methodPath",), to="users/GET", also=("26",)),
    Break(rule="23", of=STAGE, path=("accessLogSettings",)),
    Break(rule="23", of=STAGE, path=("accessLogSettings", "destinationArn")),
    Break(rule="23", of=STAGE, path=("accessLogSettings", "format"), to="$context.requestId"),
    Break(rule="23", of=STAGE, path=("accessLogSettings", "format", "requestId")),
    Break(rule="24", of=SETTINGS, path=("settings", "dataTraceEnabled"), to=True),
    Break(rule="25", of=STAGE, path=("xrayTracingEnabled",), to=False),
    Break(rule="25", of=STAGE, path=("xrayTracingEnabled",)),
    Break(rule="26", of=SETTINGS, path=("settings", "throttlingRateLimit")),
    Break(rule="26", of=SETTINGS, path=("settings", "throttlingBurstLimit"), to=-1),
    Break(rule="28", of=METHOD, path=("authorization",), to="NONE"),
    Break(rule="28", of=METHOD, path=("authorization",)),
    Break(rule="29", of=METHOD, path=("requestValidatorId",), to="other", refers=()),
    Break(rule="29", of=METHOD, path=("requestModels",)),
    Break(rule="29", of=METHOD, path=("requestModels", "application/json"), to="Empty"),
    Break(rule="29", of=VALIDATOR, path=("validateRequestBody",), to=False),
    Break(rule="29", of=VALIDATOR, path=("validateRequestParameters",)),
    Break(rule="30", of=DOMAIN, path=("securityPolicy",), to="TLS_1_0"),
    Break(rule="30", of=DOMAIN, path=("securityPolicy",)),
    Break(rule="31", of=DEPLOYMENT, path=("triggers",)),
    Break(rule="32", of=PREFLIGHT, path=("responseParameters", "x.Access-Control-Allow-Origin"),
          to="'*'"),
    Break(rule="32", of=PREFLIGHT, path=("responseTemplates",), to={
          "application/json": "#set($context.responseOverride.header.Access-Control-Allow-Origin"
                              " = '*')"}),
    Break(rule="32", of=ERROR, path=(
          "responseParameters", "gatewayresponse.header.Access-Control-Allow-Origin"), to="'*'"),
    Break(rule="32", of=FUNCTION, path=("environment", "variables", "CORS_ORIGINS"),
          to="https://app.example.com,*"),
    Break(rule="33", of="apigateway/response:Response api-default-5xx"),
    Break(rule="33", of=ERROR, path=BODY, to='{"error": "$context.error.messageString"}'),
    Break(rule="33", of=ERROR, path=BODY, to='{"message": "Refused"}'),
    Break(rule="33", of=ERROR, path=BODY, to="Refused"),
    Break(rule="33", of=ERROR, path=("responseTemplates",)),
)  # fmt: skip

"""The components of a stack, made with its configuration and key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from infra.access.callers import Callers, CallersArgs
from infra.access.mail_identity import MailIdentity, MailIdentityArgs
from infra.access.mail_sender import MailSender, MailSenderArgs
from infra.access.sendgrid import SendGrid, SendGridArgs
from infra.config.stack import StackConfig
from infra.emulator import send_to
from infra.function.function import Function
from infra.function.image_function import FunctionArgs, ImageFunction
from infra.grants import services
from infra.monitoring.stack_monitoring import Monitoring, MonitoringArgs
from infra.network.private_network import Network, NetworkArgs
from infra.storage.access_log import AccessLog, AccessLogArgs
from infra.storage.bucket import Bucket, BucketArgs
from infra.storage.key import Key, KeyArgs
from infra.storage.queue import Queue, QueueArgs
from infra.storage.table import Index, Table, TableArgs
from infra.triggers.graphql.api import GraphQLApi, GraphQLApiArgs
from infra.triggers.http.model import JsonObject
from infra.triggers.http.rest_api import RestApi, RestApiArgs, Route
from infra.triggers.queue_trigger import QueueTrigger
from infra.triggers.stream_trigger import StreamTrigger
from infra.triggers.websocket.api import WebSocketApi
from infra.triggers.websocket.stage import WebSocketStage, WebSocketStageArgs
from infra.workflow.definition import Definition
from infra.workflow.state_machine import StateMachine, StateMachineArgs


class Functions(dict[str, ImageFunction]):
    """The functions of a program, by their names."""

    def __missing__(self, name: str) -> ImageFunction:
        """Raise an error that names the functions that there are."""
        raise ValueError(f"no function {name!r}; the program makes {', '.join(self) or 'none'}")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Makes components that share the stack's configuration and key.

    Attributes:
        config: the stack's configuration.
        key: what everything is encrypted with; AWS's own keys if None.
    """

    config: StackConfig
    key: Key | None

    def table(
        self,
        name: str,
        *,
        hash_key: str = "id",
        range_key: str | None = None,
        stream: bool = False,
        ttl_attribute: str | None = None,
        indexes: Sequence[Index] = (),
    ) -> Table:
        """Make a table; see `TableArgs`."""
        return Table(
            name,
            TableArgs(
                retain=self.config.retain,
                key=self.key,
                hash_key=hash_key,
                range_key=range_key,
                stream=stream,
                ttl_attribute=ttl_attribute,
                indexes=indexes,
            ),
        )

    def bucket(
        self, name: str, *, expire_days: Mapping[str, int], cors_origins: Sequence[str] = ()
    ) -> Bucket:
        """Make a bucket, and its access log if the configuration asks for one."""
        retain, logs = self.config.retain, self.config.logs
        bucket = Bucket(
            name,
            BucketArgs(
                retain=retain, key=self.key, expire_days=expire_days, cors_origins=cors_origins
            ),
        )
        if logs.bucket_access:
            log = AccessLogArgs(bucket=bucket, days=logs.retention_days, retain=retain)
            AccessLog(f"{name}-access-log", log)
        return bucket

    def queue(self, name: str, *, consumer_timeout: int, batch_window: int = 0) -> Queue:
        """Make a queue; see `QueueArgs`."""
        return Queue(
            name,
            QueueArgs(consumer_timeout=consumer_timeout, batch_window=batch_window, key=self.key),
        )

    def state_machine(self, name: str, *, definition: Definition) -> StateMachine:
        """Make a state machine, to be given its functions later; see `StateMachineArgs`."""
        return StateMachine(
            name,
            StateMachineArgs(
                definition=definition,
                log_retention_days=self.config.logs.retention_days,
                permissions_boundary=self.config.permissions_boundary,
                key=self.key,
            ),
        )

    def callers(
        self, name: str, *, scopes: Mapping[str, str], service_scopes: Sequence[str] = ()
    ) -> Callers:
        """Make the user pool of the API's callers, and export its ids; see `CallersArgs`."""
        callers = Callers(
            name,
            CallersArgs(
                config=self.config.api,
                retain=self.config.retain,
                scopes=scopes,
                service_scopes=service_scopes,
            ),
        )
        pulumi.export("user_pool_id", callers.pool_id)
        pulumi.export("token_endpoint", callers.token_endpoint)
        pulumi.export("client_id", callers.client_id)
        pulumi.export("client_secret", callers.client_secret)
        pulumi.export("web_client_id", callers.web_client_id)
        return callers

    def mail_sender(self, name: str, mail: MailSenderArgs) -> MailSender:
        """Make the sender of e-mails, with the provider that the arguments name."""
        if mail.provider == "sendgrid":
            return SendGrid(
                name,
                SendGridArgs(
                    sender=mail.sender,
                    secret_arn=mail.secret_arn,
                    kms_key_arn=mail.kms_key_arn,
                    retain=self.config.retain,
                    key=self.key,
                ),
            )
        args = MailIdentityArgs(sender=mail.sender, create=mail.create_identity)
        return MailIdentity(name, args)

    def functions(self, functions: Mapping[str, Function], *, network: str) -> Functions:
        """Make all functions of the stack.

        If the configuration asks for a network, it is made first, with this name: with endpoints
        for the services in the grants of all functions.
        """
        inside = [function for function in functions.values() if not function.internet]
        grants = [grant for function in inside for grant in function.grants]
        shared = self._network(network, services(grants))
        return Functions(
            {name: self._function(name, each, shared) for name, each in functions.items()}
        )

    def rest_api(
        self,
        name: str,
        *,
        callers: Callers,
        routes: Sequence[Route],
        components: Mapping[str, JsonObject],
    ) -> RestApi:
        """Make a REST API; see `RestApiArgs`."""
        return RestApi(
            name,
            RestApiArgs(
                config=self.config.api,
                callers=callers,
                log_retention_days=self.config.logs.retention_days,
                routes=routes,
                components=components,
                key=self.key,
            ),
        )

    def websocket_stage(
        self,
        name: str,
        *,
        api: WebSocketApi,
        routes: Mapping[str, ImageFunction],
        after: RestApi | None = None,
    ) -> WebSocketStage:
        """Make the routes and the stage of a WebSocket API; see `WebSocketStageArgs`.

        ``after``: the API that sets the account's role for logs, if the configuration asks for it.
        """
        return WebSocketStage(
            name,
            WebSocketStageArgs(
                api=api,
                routes=routes,
                throttle=self.config.api.throttle,
                log_retention_days=self.config.logs.retention_days,
                key=self.key,
                after=[after] if after else [],
            ),
        )

    def graphql_api(
        self, name: str, *, callers: Callers, parts: Mapping[str, ImageFunction], api: RestApi
    ) -> GraphQLApi:
        """Make a GraphQL API from the parts of its schema; see `GraphQLApiArgs`.

        ``parts``: by name, functions with a part in ``handlers/<function>/schema.graphql``.
        ``api``: the API whose firewall protects this one, too.
        """
        from infra.triggers.graphql.schema import compose, part_of  # only here is it parsed

        return GraphQLApi(
            name,
            GraphQLApiArgs(
                schema=compose({part: part_of(f.logical_name) for part, f in parts.items()}),
                functions=parts,
                callers=callers,
                config=self.config.graphql,
                introspection=self.config.environment != "production",
                log_retention_days=self.config.logs.retention_days,
                firewall=api.firewall,
                permissions_boundary=self.config.permissions_boundary,
                key=self.key,
            ),
        )

    def monitoring(
        self,
        name: str,
        *,
        api: RestApi,
        functions: Functions,
        queues: Sequence[QueueTrigger],
        streams: Sequence[StreamTrigger],
        outcomes: Sequence[tuple[str, str]],
        senders: Sequence[MailIdentity] = (),
        sockets: Sequence[WebSocketStage] = (),
        machines: Sequence[StateMachine] = (),
        graphs: Sequence[GraphQLApi] = (),
    ) -> Monitoring:
        """Make alarms and a dashboard; see `MonitoringArgs`.

        ``outcomes``: each a function's name, and one of its outcomes that needs attention.
        """
        return Monitoring(
            name,
            MonitoringArgs(
                config=self.config.alarms,
                key=self.key,
                api=api,
                functions=list(functions.values()),
                queues=queues,
                streams=streams,
                outcomes=[(functions[name], outcome) for name, outcome in outcomes],
                senders=senders,
                sockets=sockets,
                machines=machines,
                graphs=graphs,
            ),
        )

    def _network(self, name: str, called: set[str]) -> Network | None:
        if self.config.network is None:
            return None
        return Network(
            name,
            NetworkArgs(
                cidr=self.config.network.cidr,
                services=called,
                internet=self.config.network.internet,
                log_retention_days=self.config.logs.retention_days,
                permissions_boundary=self.config.permissions_boundary,
                key=self.key,
            ),
        )

    def _function(self, name: str, function: Function, network: Network | None) -> ImageFunction:
        return ImageFunction(
            name,
            FunctionArgs(
                description=function.description,
                memory_mb=function.memory_mb,
                timeout=function.timeout,
                grants=function.grants,
                environment=function.environment,
                asynchronous=function.asynchronous,
                config=self.config,
                key=self.key,
                internet=function.internet,
                network=None if function.internet else network,
            ),
        )


def stack_of(config: StackConfig, *, key: str) -> Stack:
    """Return a stack; make its key, with the name ``key``, if the configuration asks for one.

    Call it before any resource is created: it sends the stack to its emulator, if it has one.
    """
    if config.emulator:
        send_to(config.emulator)
    if not config.encryption.customer_key:
        return Stack(config=config, key=None)
    return Stack(config=config, key=Key(key, KeyArgs(retain=config.retain)))

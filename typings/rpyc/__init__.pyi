# What rpyc 6.0 really offers, as far as it is public. `dev.py types` holds these files against the installed
# package with stubtest.
#
# A remote object has no type that this side could know: whatever comes over a connection is `Any` here.
from rpyc import cli as cli
from rpyc.core import (
    AsyncResult as AsyncResult,
    AsyncResultTimeout as AsyncResultTimeout,
    BaseNetref as BaseNetref,
    Channel as Channel,
    ClassicService as ClassicService,
    Connection as Connection,
    GenericException as GenericException,
    MasterService as MasterService,
    PipeStream as PipeStream,
    Service as Service,
    SlaveService as SlaveService,
    SocketStream as SocketStream,
    TunneledSocketStream as TunneledSocketStream,
    VoidService as VoidService,
)
from rpyc.lib import (
    setup_logger as setup_logger,
    spawn as spawn,
)
from rpyc.utils import (
    classic as classic,
    exposed as exposed,
    service as service,
)
from rpyc.utils.factory import (
    connect as connect,
    connect_by_service as connect_by_service,
    connect_channel as connect_channel,
    connect_pipes as connect_pipes,
    connect_stdpipes as connect_stdpipes,
    connect_stream as connect_stream,
    connect_subproc as connect_subproc,
    connect_thread as connect_thread,
    discover as discover,
    list_services as list_services,
    ssh_connect as ssh_connect,
    ssl_connect as ssl_connect,
)
from rpyc.utils.helpers import (
    BgServingThread as BgServingThread,
    async_ as async_,
    buffiter as buffiter,
    restricted as restricted,
    timed as timed,
)
from rpyc.utils.server import (
    ForkingServer as ForkingServer,
    OneShotServer as OneShotServer,
    ThreadedServer as ThreadedServer,
    ThreadPoolServer as ThreadPoolServer,
)
from rpyc.version import __version__ as __version__

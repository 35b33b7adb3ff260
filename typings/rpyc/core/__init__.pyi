from rpyc.core.async_ import AsyncResult as AsyncResult, AsyncResultTimeout as AsyncResultTimeout
from rpyc.core.channel import Channel as Channel
from rpyc.core.netref import BaseNetref as BaseNetref
from rpyc.core.protocol import DEFAULT_CONFIG as DEFAULT_CONFIG, Connection as Connection
from rpyc.core.service import (
    ClassicService as ClassicService,
    MasterService as MasterService,
    Service as Service,
    SlaveService as SlaveService,
    VoidService as VoidService,
)
from rpyc.core.stream import (
    PipeStream as PipeStream,
    SocketStream as SocketStream,
    TunneledSocketStream as TunneledSocketStream,
)
from rpyc.core.vinegar import GenericException as GenericException

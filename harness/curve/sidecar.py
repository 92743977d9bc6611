"""Drives Curve's Python module `curvefs` for the harness: framed requests on stdin, answers on stdout.

A frame is u32 length of the JSON, u32 length of the payload (little endian), the JSON in UTF-8, the payload. Bytes of volumes are
payload, never JSON. One process serves one CBDClient: no native call gives up the GIL, so a call that hangs takes the
whole interpreter with it, and parallel I/O means several processes. Standard library only, Python 3.6 to 3.13.
"""
import json
import os
import select
import signal
import struct
import sys
import time

HEAD = struct.Struct('<II')
# What a struct's unsigned 64-bit fields become: text, since JSON numbers lose digits beyond 2^53 in most readers.
STAT_FIELDS = ('id', 'parentid', 'filetype', 'length', 'ctime', 'filename', 'owner', 'fileStatus', 'stripeUnit', 'stripeCount')
# Past its deadline the caller kills this process. Should the caller be gone or far away, the kernel does it this much later.
ALARM_GRACE = 3.0
AWHILE = 0.0002


class Frames(object):
    def __init__(self, source, sink):
        self.source = source
        self.sink = sink
        self.buffer = bytearray()
        self.poll = select.poll()
        self.poll.register(source, select.POLLIN)

    def _fill(self, size):
        while len(self.buffer) < size:
            self._look_awhile()
            piece = os.read(self.source, max(65536, min(size - len(self.buffer), 1 << 20)))
            if not piece:
                raise EOFError
            self.buffer += piece

    def _look_awhile(self):
        # a caller that goes on at once is answered without the time that the kernel takes to wake a sleeper
        end = time.monotonic() + AWHILE
        while not self.poll.poll(0) and time.monotonic() < end:
            pass

    def read(self):
        self._fill(HEAD.size)
        head, body = HEAD.unpack_from(self.buffer)
        end = HEAD.size + head + body
        self._fill(end)
        request = json.loads(bytes(self.buffer[HEAD.size:HEAD.size + head]).decode('utf-8'))
        payload = bytes(self.buffer[HEAD.size + head:end])
        del self.buffer[:end]
        return request, payload

    def waiting(self):
        """True where a request can be read without waiting for the caller."""
        return len(self.buffer) > 0 or bool(select.select([self.source], [], [], 0)[0])

    def write(self, message, payload=b''):
        head = json.dumps(message).encode('utf-8')
        data = HEAD.pack(len(head), len(payload)) + head
        if len(payload) < 65536:
            data += payload
            payload = b''
        for part in (data, payload):
            view = memoryview(part)
            while len(view) > 0:
                view = view[os.write(self.sink, view):]


class Refusal(Exception):
    """The module cannot be used; `kind` says why."""

    def __init__(self, kind, message):
        Exception.__init__(self, message)
        self.kind = kind


class Wrapper(object):
    """The module with its flavour levelled out: bytes in, bytes out."""

    def __init__(self):
        try:
            import curvefs
        except ImportError as error:
            kind = 'missing' if getattr(error, 'name', None) == 'curvefs' else 'unloadable'
            raise Refusal(kind, '%s: %s' % (type(error).__name__, error))
        except Exception as error:
            raise Refusal('unloadable', '%s: %s' % (type(error).__name__, error))
        if not hasattr(curvefs, 'CBDClient'):
            raise Refusal('unloadable', '%s has no CBDClient' % getattr(curvefs, '__file__', 'the module curvefs'))
        self.module = curvefs
        self.client = curvefs.CBDClient()
        self.flavour = self._probe()
        self.uses_text = self.flavour == 'str'

    def _probe(self):
        """I/O of no bytes returns before any other check, so it shows how the wrapper takes a buffer without a cluster."""
        try:
            self.client.Write(0, b'', 0, 0)
            written = 'bytes'
        except TypeError:
            try:
                self.client.Write(0, '', 0, 0)
                written = 'str'
            except Exception as error:
                raise Refusal('unusable', 'Write takes neither bytes nor str: %s' % error)
        except Exception as error:
            raise Refusal('unusable', 'Write of no bytes raised %s: %s' % (type(error).__name__, error))
        read = self.client.Read(0, '', 0, 0)
        if isinstance(read, str) != (written == 'str'):
            raise Refusal('unusable', 'Write takes %s, but Read gives %s' % (written, type(read).__name__))
        return written

    def user(self, given):
        info = self.module.UserInfo_t()
        info.owner = given.get('owner') or ''
        info.password = given.get('password') or ''
        return info

    def read(self, fd, offset, length):
        data = self.client.Read(fd, '', offset, length)
        if self.uses_text and isinstance(data, str):
            return data.encode('utf-8', 'surrogateescape')
        return data

    def write(self, fd, data, offset, length):
        # The native side reads `length` bytes whatever the buffer holds.
        if len(data) < length:
            raise ValueError('the buffer holds %d bytes, fewer than the length %d' % (len(data), length))
        if self.uses_text:
            data = data.decode('utf-8')
        return self.client.Write(fd, data, offset, length)


class Calls(object):
    """Requests by name. Each gives (result, payload)."""

    def __init__(self, wrapper, frames):
        self.wrapper = wrapper
        self.frames = frames
        self.initialised = False

    def serve(self, name, arguments, payload):
        own = getattr(self, 'do_' + name, None)
        if own is not None:
            return own(arguments, payload)
        given = [self.wrapper.user(value) if isinstance(value, dict) else value for value in arguments]
        return getattr(self.wrapper.client, name)(*given), b''

    def do_Init(self, arguments, _):
        result = self.wrapper.client.Init(*arguments)
        self.initialised = self.initialised or result == 0
        return result, b''

    def do_Open(self, arguments, _):
        # Without metadata servers libcurve takes a modulo by their number: the process would die of SIGFPE.
        if not self.initialised:
            raise RuntimeError('Open before Init')
        path, user = arguments
        return self.wrapper.client.Open(path, self.wrapper.user(user)), b''

    def do_Read(self, arguments, _):
        fd, offset, length = arguments
        data = self.wrapper.read(fd, offset, length)
        return (len(data), data) if isinstance(data, bytes) else (data, b'')

    def do_Write(self, arguments, payload):
        fd, offset, length = arguments
        return self.wrapper.write(fd, payload, offset, length), b''

    def do_StatFile(self, arguments, _):
        path, user = arguments
        info = self.wrapper.module.FileInfo_t()
        code = self.wrapper.client.StatFile(path, self.wrapper.user(user), info)
        fields = dict((name, getattr(info, name, 0)) for name in STAT_FIELDS)
        return {'code': code, 'info': dict((name, value if isinstance(value, str) else str(value))
                                           for name, value in fields.items())}, b''

    def do_Create2(self, arguments, _):
        given = arguments[0]
        user = self.wrapper.user(given['user'])
        if not hasattr(self.wrapper.module, 'CreateContext'):
            # releases up to 2.6
            if given['poolset']:
                raise NotImplementedError('this curvefs knows no pool sets')
            return self.wrapper.client.Create2(
                given['name'], user, given['length'], given['stripeUnit'], given['stripeCount']), b''
        context = self.wrapper.module.CreateContext()
        context.name, context.length, context.user = given['name'], given['length'], user
        context.poolset, context.stripeUnit = given['poolset'], given['stripeUnit']
        context.stripeCount = given['stripeCount']
        return self.wrapper.client.Create2(context), b''

    def do_Listdir(self, arguments, _):
        path, user = arguments
        names = self.wrapper.client.Listdir(path, self.wrapper.user(user))
        # bytes or str, by flavour; a name that is no UTF-8 keeps its bytes as lone surrogates
        return [name.decode('utf-8', 'surrogateescape') if isinstance(name, bytes) else name for name in names], b''

    def do_ListPoolset(self, arguments, _):
        return [str(name) for name in self.wrapper.client.ListPoolset()], b''

    def do_raw(self, arguments, _):
        """Any method with arguments as they are: how the wrapper itself behaves. {"bytes": text} stands for bytes."""
        given = [value['bytes'].encode('utf-8') if isinstance(value, dict) and 'bytes' in value
                 else self.wrapper.user(value) if isinstance(value, dict) else value for value in arguments[1:]]
        result = getattr(self.wrapper.client, arguments[0])(*given)
        return (result if isinstance(result, (int, str, list)) else str(result)), b''

    def do_standin_switch(self, arguments, _):
        turn = getattr(self.wrapper.client, 'standin_switch', None)
        if turn is None:
            raise NotImplementedError('this curvefs is no stand-in and has no switches')
        return turn(*arguments), b''

    def do_job(self, arguments, _):
        """A loop of I/O that runs here; see io/io_job.py."""
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'io')
        if folder not in sys.path:
            sys.path.append(folder)
        import io_job
        return io_job.run(arguments[0], self.wrapper, self.frames), b''


def hello(wrapper):
    client = wrapper.client
    return {
        'python': '%d.%d.%d' % sys.version_info[:3],
        'module': getattr(wrapper.module, '__file__', None) or 'built in',
        'flavour': wrapper.flavour,
        'standin': getattr(wrapper.module, 'STANDIN', 0) != 0,
        'calls': sorted(name for name in dir(client) if name[:1].isupper()),
        'pid': os.getpid(),
    }


def die_with_parent():
    """A hung native call cannot notice that its caller has gone; the kernel can (prctl(2), PR_SET_PDEATHSIG)."""
    try:
        import ctypes
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    except Exception:
        pass


def main():
    if '--die-with-parent' in sys.argv:
        die_with_parent()
    # Whatever prints on stdout, the module included, must not get between the frames.
    frames = Frames(os.dup(0), os.dup(1))
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    try:
        wrapper = Wrapper()
    except Refusal as refusal:
        frames.write({'refused': refusal.kind, 'message': str(refusal), 'python': sys.version.split()[0]})
        return 3
    calls = Calls(wrapper, frames)
    frames.write({'hello': hello(wrapper)})
    serve = calls.serve
    while True:
        try:
            request, payload = frames.read()
        except EOFError:
            break
        within = request.get('t')
        if within:
            signal.setitimer(signal.ITIMER_REAL, within / 1000.0 + ALARM_GRACE)
        try:
            result, body = serve(request['m'], request['a'], payload)
            answer = {'r': result}
        except Exception as error:
            answer, body = {'e': {'type': type(error).__name__, 'message': str(error)}}, b''
        if within:
            signal.setitimer(signal.ITIMER_REAL, 0)
        frames.write(answer, body)
    if calls.initialised:
        wrapper.client.UnInit()
    return 0


if __name__ == '__main__':
    # threads of the native library may still run: leave without tearing the interpreter down
    code = main()
    sys.stderr.flush()
    os._exit(code)

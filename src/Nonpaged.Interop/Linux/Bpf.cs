using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

/// <summary>bpf(2) and linux/bpf.h, as far as programs for XDP need them. A method adds nothing to its call.</summary>
internal static unsafe partial class Bpf
{
    public const nint SYS_bpf = 321;

    // enum bpf_cmd
    public const int BPF_MAP_CREATE = 0;
    public const int BPF_MAP_UPDATE_ELEM = 2;
    public const int BPF_PROG_LOAD = 5;
    public const int BPF_OBJ_PIN = 6;
    public const int BPF_OBJ_GET = 7;
    public const int BPF_PROG_TEST_RUN = 10;
    public const int BPF_PROG_GET_FD_BY_ID = 13;
    public const int BPF_OBJ_GET_INFO_BY_FD = 15;
    public const int BPF_LINK_CREATE = 28;
    public const int BPF_LINK_DETACH = 34;

    public const uint BPF_MAP_TYPE_XSKMAP = 17;
    public const uint BPF_PROG_TYPE_XDP = 6;
    public const uint BPF_XDP = 37;
    public const uint BPF_F_XDP_HAS_FRAGS = 1 << 5;
    public const uint XDP_FLAGS_SKB_MODE = 1 << 1;
    public const uint XDP_FLAGS_DRV_MODE = 1 << 2;

    // enum xdp_action
    public const int XDP_PASS = 2;
    public const int XDP_REDIRECT = 4;

    // Numbers of helpers (bpf-helpers(7)).
    public const int BPF_FUNC_redirect_map = 51;
    public const int BPF_FUNC_xdp_load_bytes = 189;

    /// <summary>BPF_OBJ_NAME_LEN, with the terminating 0.</summary>
    public const int NameSize = 16;

    /// <summary>BPF_MAP_CREATE of a map from queues to sockets.</summary>
    public static SysResult CreateSocketMap(string name, uint entries, out SafeFileHandle map)
    {
        var attribute = new MapCreate
        { Type = BPF_MAP_TYPE_XSKMAP, KeySize = sizeof(uint), ValueSize = sizeof(uint), Entries = entries };
        SetName(attribute.Name, name);
        return Open(BPF_MAP_CREATE, &attribute, sizeof(MapCreate), out map);
    }

    /// <summary>BPF_MAP_UPDATE_ELEM of a key and a descriptor.</summary>
    public static SysResult Update(SafeFileHandle map, uint key, SafeFileHandle descriptor)
    {
        bool holdsMap = false, holdsDescriptor = false;
        try
        {
            map.DangerousAddRef(ref holdsMap);
            descriptor.DangerousAddRef(ref holdsDescriptor);
            uint value = (uint)descriptor.DangerousGetHandle();
            var attribute = new MapElement { Map = (uint)map.DangerousGetHandle(), Key = (ulong)&key, Value = (ulong)&value };
            return Call(BPF_MAP_UPDATE_ELEM, &attribute, sizeof(MapElement));
        }
        finally
        {
            if (holdsMap) map.DangerousRelease();
            if (holdsDescriptor) descriptor.DangerousRelease();
        }
    }

    /// <summary>BPF_PROG_LOAD of a program for XDP. What the verifier says of one that it refuses is in the log.</summary>
    public static SysResult LoadProgram(
        string name, ReadOnlySpan<ulong> instructions, uint flags, Span<byte> log, out SafeFileHandle program)
    {
        fixed (byte* license = "Dual MIT/GPL\0"u8)
        fixed (ulong* first = instructions)
        fixed (byte* text = log)
        {
            var attribute = new ProgramLoad
            {
                Type = BPF_PROG_TYPE_XDP,
                Count = (uint)instructions.Length,
                Instructions = (ulong)first,
                License = (ulong)license,
                LogLevel = log.IsEmpty ? 0u : 1u,
                LogSize = (uint)log.Length,
                Log = (ulong)text,
                Flags = flags,
                ExpectedAttachType = BPF_XDP,
            };
            SetName(attribute.Name, name);
            return Open(BPF_PROG_LOAD, &attribute, sizeof(ProgramLoad), out program);
        }
    }

    /// <summary>BPF_LINK_CREATE: attaches a program to an interface for as long as the descriptor is open.</summary>
    public static SysResult CreateLink(SafeFileHandle program, uint interfaceIndex, uint flags, out SafeFileHandle link)
    {
        bool holds = false;
        try
        {
            program.DangerousAddRef(ref holds);
            var attribute = new LinkCreate
            {
                Program = (uint)program.DangerousGetHandle(),
                Target = interfaceIndex,
                AttachType = BPF_XDP,
                Flags = flags,
            };
            return Open(BPF_LINK_CREATE, &attribute, sizeof(LinkCreate), out link);
        }
        finally
        {
            if (holds) program.DangerousRelease();
        }
    }

    /// <summary>
    /// BPF_LINK_DETACH: takes a program off its interface, also while others have the link open. Linux 5.9, as such links.
    /// </summary>
    public static SysResult DetachLink(SafeFileHandle link)
    {
        bool holds = false;
        try
        {
            link.DangerousAddRef(ref holds);
            uint attribute = (uint)link.DangerousGetHandle();
            return Call(BPF_LINK_DETACH, &attribute, sizeof(uint));
        }
        finally
        {
            if (holds) link.DangerousRelease();
        }
    }

    /// <summary>BPF_PROG_TEST_RUN: runs a program once over a frame. It answers what the program returned.</summary>
    public static SysResult TestRun(SafeFileHandle program, ReadOnlySpan<byte> frame, out uint returned)
    {
        bool holds = false;
        try
        {
            program.DangerousAddRef(ref holds);
            fixed (byte* data = frame)
            {
                var attribute = new TestRunRequest
                {
                    Program = (uint)program.DangerousGetHandle(),
                    DataLength = (uint)frame.Length,
                    Data = (ulong)data,
                    Repeat = 1,
                };
                SysResult result = Call(BPF_PROG_TEST_RUN, &attribute, sizeof(TestRunRequest));
                returned = attribute.Returned;
                return result;
            }
        }
        finally
        {
            if (holds) program.DangerousRelease();
        }
    }

    /// <summary>BPF_OBJ_GET: what is pinned under a path of the BPF file system.</summary>
    public static SysResult OpenPinned(string path, out SafeFileHandle descriptor) =>
        ByPath(BPF_OBJ_GET, path, 0, out descriptor);

    /// <summary>BPF_OBJ_PIN: gives a map or a program a path in the BPF file system.</summary>
    public static SysResult Pin(SafeFileHandle descriptor, string path)
    {
        bool holds = false;
        try
        {
            descriptor.DangerousAddRef(ref holds);
            return ByPath(BPF_OBJ_PIN, path, (uint)descriptor.DangerousGetHandle(), out _);
        }
        finally
        {
            if (holds) descriptor.DangerousRelease();
        }
    }

    /// <summary>BPF_PROG_GET_FD_BY_ID, which needs CAP_SYS_ADMIN.</summary>
    public static SysResult OpenProgram(uint id, out SafeFileHandle program) =>
        Open(BPF_PROG_GET_FD_BY_ID, &id, sizeof(uint), out program);

    /// <summary>BPF_OBJ_GET_INFO_BY_FD of a program: its name.</summary>
    public static SysResult GetProgramName(SafeFileHandle program, out string name)
    {
        ProgramInformation information = default;
        SysResult result = GetInformation(program, &information, sizeof(ProgramInformation));
        name = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(information.Name));
        return result;
    }

    /// <summary>BPF_OBJ_GET_INFO_BY_FD of a map: its type and how many entries it has.</summary>
    public static SysResult GetMapInformation(SafeFileHandle map, out uint type, out uint entries)
    {
        MapInformation information = default;
        SysResult result = GetInformation(map, &information, sizeof(MapInformation));
        (type, entries) = (information.Type, information.Entries);
        return result;
    }

    private static SysResult GetInformation(SafeFileHandle descriptor, void* information, int size)
    {
        bool holds = false;
        try
        {
            descriptor.DangerousAddRef(ref holds);
            var attribute = new InformationRequest
            {
                Descriptor = (uint)descriptor.DangerousGetHandle(),
                Length = (uint)size,
                Information = (ulong)information,
            };
            return Call(BPF_OBJ_GET_INFO_BY_FD, &attribute, sizeof(InformationRequest));
        }
        finally
        {
            if (holds) descriptor.DangerousRelease();
        }
    }

    private static SysResult ByPath(int command, string path, uint descriptor, out SafeFileHandle opened)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
        {
            var attribute = new ObjectPath { Path = (ulong)text, Descriptor = descriptor };
            if (command == BPF_OBJ_GET) return Open(command, &attribute, sizeof(ObjectPath), out opened);
            opened = new SafeFileHandle();
            return Call(command, &attribute, sizeof(ObjectPath));
        }
    }

    private static void SetName(byte* field, string name) => Encoding.UTF8.GetBytes(name, new Span<byte>(field, NameSize - 1));

    private static SysResult Open(int command, void* attribute, int size, out SafeFileHandle opened)
    {
        SysResult result = Call(command, attribute, size);
        opened = new SafeFileHandle(result.IsError ? -1 : result.AsInt32, ownsHandle: true);
        return result;
    }

    // A signal that is pending stops the verifier (EAGAIN) and a test run (EINTR), and the runtime sends itself
    // such: kernel/bpf/verifier.c, do_check; net/bpf/test_run.c. So often in a row it is something else.
    private const int MostTries = 100;

    private static SysResult Call(int command, void* attribute, int size)
    {
        SysResult called = CallOnce(command, attribute, size);
        for (int tries = 1; tries < MostTries && called.Errno is (Errno.EAGAIN or Errno.EINTR); tries++)
            called = CallOnce(command, attribute, size);
        return called;
    }

    private static SysResult CallOnce(int command, void* attribute, int size)
    {
        if (SystemCallHook.Fails("bpf", out SysResult injected)) return injected;
        nint value = syscall(SYS_bpf, command, (nint)attribute, size);
        return value == -1 ? SysResult.Failed((Errno)Marshal.GetLastPInvokeError()) : new SysResult(value);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint command, nint attribute, nint size);
}

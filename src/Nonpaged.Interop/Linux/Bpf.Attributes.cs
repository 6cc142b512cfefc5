using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

// The members of union bpf_attr, each as long as it is used here, and what BPF_OBJ_GET_INFO_BY_FD answers (linux/bpf.h).
internal static unsafe partial class Bpf
{
    /// <summary>BPF_MAP_CREATE.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MapCreate
    {
        public uint Type;
        public uint KeySize;
        public uint ValueSize;
        public uint Entries;
        public uint Flags;
        public uint InnerMap;
        public uint Node;
        public fixed byte Name[NameSize];
    }

    /// <summary>BPF_MAP_UPDATE_ELEM.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MapElement
    {
        public uint Map;
        public ulong Key;
        public ulong Value;
        public ulong Flags;
    }

    /// <summary>BPF_PROG_LOAD.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ProgramLoad
    {
        public uint Type;
        public uint Count;
        public ulong Instructions;
        public ulong License;
        public uint LogLevel;
        public uint LogSize;
        public ulong Log;
        public uint KernelVersion;
        public uint Flags;
        public fixed byte Name[NameSize];
        public uint InterfaceIndex;
        public uint ExpectedAttachType;
    }

    /// <summary>BPF_LINK_CREATE.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct LinkCreate
    {
        public uint Program;
        public uint Target;
        public uint AttachType;
        public uint Flags;
    }

    /// <summary>BPF_PROG_TEST_RUN.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TestRunRequest
    {
        public uint Program;
        public uint Returned;
        public uint DataLength;
        public uint OutputLength;
        public ulong Data;
        public ulong Output;
        public uint Repeat;
        public uint Duration;
    }

    /// <summary>BPF_OBJ_PIN and BPF_OBJ_GET.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ObjectPath
    {
        public ulong Path;
        public uint Descriptor;
        public uint Flags;
    }

    /// <summary>BPF_OBJ_GET_INFO_BY_FD.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct InformationRequest
    {
        public uint Descriptor;
        public uint Length;
        public ulong Information;
    }

    /// <summary>struct bpf_prog_info, up to the name.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 80)]
    internal struct ProgramInformation
    {
        [FieldOffset(0)]
        public uint Type;

        [FieldOffset(4)]
        public uint Id;

        [FieldOffset(64)]
        public fixed byte Name[NameSize];
    }

    /// <summary>struct bpf_map_info, up to the number of entries.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MapInformation
    {
        public uint Type;
        public uint Id;
        public uint KeySize;
        public uint ValueSize;
        public uint Entries;
    }
}

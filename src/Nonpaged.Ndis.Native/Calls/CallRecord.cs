using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>
/// What a C driver does at this moment, in memory that the process that watches it reads when it has crashed. native/crash.c
/// writes the members from <see cref="Signal"/> on; its structure must be the same as this one.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal unsafe struct CallRecord
{
    public const int NameRoom = 64;
    public const int PathRoom = 512;

    /// <summary>The size of the file that holds the record.</summary>
    public const int FileSize = 4096;

    /// <summary>The environment variable with the number of the file's descriptor.</summary>
    public const string DescriptorVariable = "NONPAGED_CALL_RECORD";

    public fixed byte Driver[NameRoom];
    public fixed byte Call[NameRoom];
    public fixed byte Function[NameRoom];
    public uint Irql;

    /// <summary>1 while the call has not returned.</summary>
    public uint InCall;
    public ulong Calls;

    /// <summary>The signal that ended the process; 0 for none.</summary>
    public uint Signal;
    public uint Code;
    public ulong FaultAddress;
    public ulong ProgramCounter;
    public ulong ModuleBase;
    public fixed byte ModulePath[PathRoom];
    public fixed byte Symbol[NameRoom];
    public ulong SymbolOffset;
}

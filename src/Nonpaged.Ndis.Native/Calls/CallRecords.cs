using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>
/// The file that the process that watches reads. native/crash.c writes all members but <see cref="Calls"/>; its structure
/// must be the same as this one. Behind it, from <see cref="FirstRecord"/> on, are <see cref="Count"/> records: the first for
/// threads that are in no driver's function, the others for one thread each.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal unsafe struct CallRecords
{
    public const int NameRoom = CallRecord.NameRoom;
    public const int PathRoom = 512;
    public const int FirstRecord = 4096;
    public const int RecordRoom = 256;
    public const int Count = 64;

    /// <summary>The signal's number where the driver ended the process by exit(3).</summary>
    public const uint EndedByExit = 0x100;

    private const int MostFrames = 24;
    private const int FrameRoom = sizeof(ulong) + NameRoom;

    /// <summary>The size of the file.</summary>
    public const int FileSize = FirstRecord + (Count * RecordRoom);

    /// <summary>The environment variable with the number of the file's descriptor.</summary>
    public const string DescriptorVariable = "NONPAGED_CALL_RECORD";

    /// <summary>The signal that ended the process; 0 for none.</summary>
    public uint Signal;
    public uint Code;
    public ulong FaultAddress;
    public ulong ProgramCounter;
    public ulong ModuleBase;
    public fixed byte ModulePath[PathRoom];
    public fixed byte Symbol[NameRoom];
    public ulong SymbolOffset;

    /// <summary>The thread that got the signal.</summary>
    public int ThreadId;

    /// <summary>How many calls drivers made; of several threads some are lost.</summary>
    public ulong Calls;

    /// <summary>Of an access that failed: 1 for a write.</summary>
    public uint IsWrite;

    /// <summary>How many of <see cref="Frame"/> there are.</summary>
    public uint FrameCount;

    private fixed byte _frames[FrameRoom * MostFrames];

    /// <summary>Where a function that ran goes on, innermost first: an offset in a file, whose name is at the second.</summary>
    public static (ulong Offset, nint Module) Frame(CallRecords* records, int index)
    {
        byte* frame = records->_frames + (index * FrameRoom);
        return (*(ulong*)frame, (nint)(frame + sizeof(ulong)));
    }

    public static CallRecord* Record(CallRecords* records, int index) =>
        (CallRecord*)((byte*)records + FirstRecord + (index * RecordRoom));
}

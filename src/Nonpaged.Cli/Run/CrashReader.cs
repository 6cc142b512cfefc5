using System.IO.MemoryMappedFiles;
using System.Text;
using Nonpaged.Ndis;
using Nonpaged.Ndis.Native;

namespace Nonpaged.Cli;

/// <summary>Makes a report of what a driver's process left in its call record.</summary>
internal static unsafe class CrashReader
{
    // asm-generic/siginfo.h: the kernel's own, which is what a general protection fault gives: an address that is not canonical.
    private const int SI_KERNEL = 128;
    private const int SIGSEGV = 11;

    public static CrashDocument Read(MemoryMappedFile file, int signal)
    {
        using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, CallRecord.FileSize);
        byte* address = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        try
        {
            return Describe((CallRecord*)address, signal);
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private static CrashDocument Describe(CallRecord* record, int signal)
    {
        bool isNoted = record->Signal == (uint)signal;
        string? module = isNoted ? Text(record->ModulePath, CallRecord.PathRoom) : null;
        string? symbol = isNoted ? Text(record->Symbol, CallRecord.NameRoom) : null;
        ulong offset = record->ProgramCounter - record->ModuleBase;
        bool isAccess = isNoted && signal is SIGSEGV or 7;
        bool isNoncanonical = isNoted && signal == SIGSEGV && record->Code == SI_KERNEL;
        return new CrashDocument(
            SignalName(signal),
            Text(record->Driver, CallRecord.NameRoom) ?? "?",
            Text(record->Function, CallRecord.NameRoom),
            ((Irql)record->Irql).ToString(),
            Text(record->Call, CallRecord.NameRoom),
            record->InCall != 0,
            record->Calls,
            isAccess && !isNoncanonical ? $"0x{record->FaultAddress:x}" : null,
            module is null ? null
                : $"{Path.GetFileName(module)}+0x{offset:x}{(symbol is null ? "" : $" ({symbol}+0x{record->SymbolOffset:x})")}",
            Meaning(record, isNoncanonical, isAccess),
            module is null
                ? "see docs/drivers.md for gdb and AddressSanitizer with a driver"
                : $"addr2line -fe {module} 0x{offset:x}");
    }

    private static string? Meaning(CallRecord* record, bool isNoncanonical, bool isAccess)
    {
        if (isNoncanonical)
        {
            return "The address was one that no memory can have, as those of NdisMMapIoSpace are here: "
                + "registers are read and written by "
                + "NdisReadRegisterXxx and NdisWriteRegisterXxx, and not by a dereference.";
        }

        return isAccess && record->FaultAddress < 4096 ? "It dereferenced a NULL pointer." : null;
    }

    private static string SignalName(int signal) => signal switch
    {
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        SIGSEGV => "SIGSEGV",
        _ => $"signal {signal}",
    };

    private static string? Text(byte* text, int room)
    {
        var bytes = new ReadOnlySpan<byte>(text, room);
        int length = bytes.IndexOf((byte)0);
        return length == 0 ? null : Encoding.UTF8.GetString(length < 0 ? bytes : bytes[..length]);
    }
}

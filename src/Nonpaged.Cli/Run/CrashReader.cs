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

    public static CrashDocument Read(MemoryMappedFile file, int signal) => Use(file, records => Describe(records, signal));

    /// <summary>Where it was, and what accessed what.</summary>
    /// <param name="file">The process's call records.</param>
    /// <param name="signal">The signal that ended it; 0 where none did.</param>
    /// <param name="drivers">The drivers' files, by which places are known to be in them.</param>
    public static DriverFault ReadFault(MemoryMappedFile file, int signal, IReadOnlyList<string> drivers) => Use(file, records =>
    {
        bool isNoted = records->Signal != 0;
        CallRecord* call = CallOf(records, isNoted);
        return new DriverFault(
            isNoted ? (int)records->Signal : signal,
            Text(call->Driver, CallRecord.NameRoom),
            Text(call->Function, CallRecord.NameRoom),
            Text(call->Call, CallRecord.NameRoom),
            isNoted && signal is SIGSEGV or 7 ? records->FaultAddress : null,
            records->IsWrite != 0,
            isNoted && signal == SIGSEGV && records->Code == SI_KERNEL,
            call->ThreadId,
            Frames(records, drivers));
    });

    private static List<CodePlace> Frames(CallRecords* records, IReadOnlyList<string> drivers)
    {
        List<CodePlace> places = [];
        string? module = Text(records->ModulePath, CallRecords.PathRoom);
        ulong counter = records->ProgramCounter - records->ModuleBase;
        if (module is not null && drivers.FirstOrDefault(one => Path.GetFileName(one) == Path.GetFileName(module)) is { } own)
            places.Add(new CodePlace(own, counter, null));
        for (int index = 0; index < records->FrameCount; index++)
        {
            (ulong offset, nint name) = CallRecords.Frame(records, index);
            string file = Text((byte*)name, CallRecord.NameRoom) ?? "";
            if (drivers.FirstOrDefault(one => Path.GetFileName(one) == file) is not { } driver) continue;
            // The function that was interrupted goes on there, and the others behind their calls.
            if (places.Count > 0 && places[0].Module == driver && offset == counter + 1) continue;
            places.Add(new CodePlace(driver, offset - 1, null));
        }

        return places;
    }

    private static T Use<T>(MemoryMappedFile file, Reading<T> read)
    {
        using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, CallRecords.FileSize);
        byte* address = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        try
        {
            return read((CallRecords*)address);
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private static CrashDocument Describe(CallRecords* record, int signal)
    {
        bool isNoted = record->Signal == (uint)signal;
        CallRecord* call = CallOf(record, isNoted);
        string? module = isNoted ? Text(record->ModulePath, CallRecords.PathRoom) : null;
        string? symbol = isNoted ? Text(record->Symbol, CallRecord.NameRoom) : null;
        ulong offset = record->ProgramCounter - record->ModuleBase;
        bool isAccess = isNoted && signal is SIGSEGV or 7;
        bool isNoncanonical = isNoted && signal == SIGSEGV && record->Code == SI_KERNEL;
        return new CrashDocument(
            SignalName(signal),
            Text(call->Driver, CallRecord.NameRoom) ?? "?",
            Text(call->Function, CallRecord.NameRoom),
            ((Irql)call->Irql).ToString(),
            Text(call->Call, CallRecord.NameRoom),
            call->InCall != 0,
            record->Calls,
            isAccess && !isNoncanonical ? $"0x{record->FaultAddress:x}" : null,
            module is null ? null
                : $"{Path.GetFileName(module)}+0x{offset:x}{(symbol is null ? "" : $" ({symbol}+0x{record->SymbolOffset:x})")}",
            Meaning(record, isNoncanonical, isAccess),
            module is null
                ? "see docs/drivers.md for gdb and AddressSanitizer with a driver"
                : $"addr2line -fe {module} 0x{offset:x}");
    }

    /// <summary>
    /// That of the thread that got the signal; of a signal that no handler sees, that of any thread in a driver's function, those
    /// in a call of NDIS last: the other is what does not end.
    /// </summary>
    private static CallRecord* CallOf(CallRecords* records, bool isNoted)
    {
        CallRecord* found = CallRecords.Record(records, 0);
        for (int index = CallRecords.Count - 1; index > 0; index--)
        {
            CallRecord* one = CallRecords.Record(records, index);
            if (one->ThreadId == 0) continue;
            if (isNoted && one->ThreadId == records->ThreadId) return one;
            if (!isNoted && (found == CallRecords.Record(records, 0) || one->InCall == 0)) found = one;
        }

        return found;
    }

    private static string? Meaning(CallRecords* record, bool isNoncanonical, bool isAccess)
    {
        if (isNoncanonical)
        {
            return "The address was one that no memory can have, as those of NdisMMapIoSpace are here: "
                + "registers are read and written by "
                + "NdisReadRegisterXxx and NdisWriteRegisterXxx, and not by a dereference.";
        }

        return isAccess && record->FaultAddress < 4096 ? "It dereferenced a NULL pointer." : null;
    }

    public static string SignalName(int signal) => signal switch
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

    private delegate T Reading<T>(CallRecords* records);
}

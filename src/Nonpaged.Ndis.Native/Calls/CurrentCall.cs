using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged.Ndis.Native;

/// <summary>
/// Keeps the <see cref="CallRecords"/> of this process. Without a process that watches, they are written all the same, to
/// memory of this one.
/// </summary>
internal static unsafe class CurrentCall
{
    private static readonly Lock s_gate = new();
    private static CallRecords* s_records;

    // That of this thread while it is in a driver's function; null otherwise.
    [ThreadStatic]
    private static CallRecord* t_record;

    [ThreadStatic]
    private static string? t_function;

    [ThreadStatic]
    private static string? t_driver;

    [ThreadStatic]
    private static int t_threadId;

    /// <summary>The driver's function that runs on this thread.</summary>
    public static string? Function => t_function;

    /// <summary>For what happens outside of its functions.</summary>
    public static void SetDriver(string name)
    {
        Open();
        Write(Shared->Driver, name);
    }

    private static CallRecord* Shared => CallRecords.Record(s_records, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin(string call)
    {
        if (s_records == null) Open();
        CallRecord* record = t_record == null ? Shared : t_record;
        Write(record->Call, call);
        record->Irql = (uint)CallContext.CurrentIrql;
        s_records->Calls++;
        Volatile.Write(ref record->InCall, 1);
        ThreadOrder.Release();
    }

    /// <param name="isOrdered">Behind it the driver sees what others did before: it may have waited for them.</param>
    public static void End(bool isOrdered = true)
    {
        CallRecord* record = t_record == null ? Shared : t_record;
        // A spin lock changes it.
        record->Irql = (uint)CallContext.CurrentIrql;
        Volatile.Write(ref record->InCall, 0);
        if (isOrdered) ThreadOrder.Acquire();
    }

    /// <summary>A function of a driver begins. Returns what it interrupts, to be given back when it ends.</summary>
    public static (string? Driver, string? Function) BeginFunction(string function)
    {
        (string? Driver, string? Function) outer = (t_driver, t_function);
        if (s_records == null) Open();
        if (t_record == null) t_record = Take();
        Note(CallContext.CurrentDriver.Name, function);
        ThreadOrder.Acquire();
        return outer;
    }

    public static void EndFunction((string? Driver, string? Function) outer)
    {
        ThreadOrder.Release();
        Note(outer.Driver, outer.Function);
        if (outer.Function is not null) return;
        Volatile.Write(ref t_record->ThreadId, 0);
        t_record = null;
    }

    /// <summary>Makes the records, where there are none yet. Not a static initializer, whose failure would be for good.</summary>
    public static void Open()
    {
        lock (s_gate)
        {
            if (s_records == null) s_records = Make();
        }
    }

    private static void Note(string? driver, string? function)
    {
        t_driver = driver;
        t_function = function;
        Write(t_record->Driver, driver ?? "");
        Write(t_record->Function, function ?? "");
        t_record->Irql = (uint)CallContext.CurrentIrql;
        t_record->InCall = 0;
    }

    /// <summary>
    /// A record that no thread has; where there are more threads than records, the last one is for all of these.
    /// </summary>
    private static CallRecord* Take()
    {
        if (t_threadId == 0) t_threadId = LibC.GetTid();
        for (int tried = 0; tried < CallRecords.Count - 2; tried++)
        {
            CallRecord* record = CallRecords.Record(s_records, 1 + ((t_threadId + tried) % (CallRecords.Count - 2)));
            if (Interlocked.CompareExchange(ref record->ThreadId, t_threadId, 0) != 0) continue;
            record->Call[0] = 0;
            return record;
        }

        CallRecord* last = CallRecords.Record(s_records, CallRecords.Count - 1);
        last->ThreadId = t_threadId;
        return last;
    }

    private static void Write(byte* target, string text)
    {
        int length = Math.Min(text.Length, CallRecord.NameRoom - 1);
        for (int index = 0; index < length; index++) target[index] = (byte)text[index];
        target[length] = 0;
    }

    private static CallRecords* Make()
    {
        if (Environment.GetEnvironmentVariable(CallRecords.DescriptorVariable) is not { Length: > 0 } descriptor)
            return (CallRecords*)NativeMemory.AllocZeroed(CallRecords.FileSize);
        // Mapped until the process ends.
        var file = MemoryMappedFile.CreateFromFile($"/proc/self/fd/{descriptor}", FileMode.Open, null, CallRecords.FileSize);
        byte* address = null;
        file.CreateViewAccessor(0, CallRecords.FileSize).SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        return (CallRecords*)address;
    }
}

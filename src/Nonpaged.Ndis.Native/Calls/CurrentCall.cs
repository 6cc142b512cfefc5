using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>
/// Keeps the <see cref="CallRecord"/> of this process. Without a process that watches, it is written all
/// the same, to memory of this one.
/// </summary>
internal static unsafe class CurrentCall
{
    private static readonly Lock s_gate = new();
    private static CallRecord* s_record;

    public static CallRecord* Record
    {
        get
        {
            Open();
            return s_record;
        }
    }

    public static void SetDriver(string name) => Write(Record->Driver, name);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin(string call)
    {
        if (s_record == null) Open();
        Write(s_record->Call, call);
        s_record->Irql = (uint)CallContext.CurrentIrql;
        s_record->Calls++;
        Volatile.Write(ref s_record->InCall, 1);
    }

    public static void End()
    {
        // A spin lock changes it.
        s_record->Irql = (uint)CallContext.CurrentIrql;
        Volatile.Write(ref s_record->InCall, 0);
    }

    /// <summary>A function of the driver begins. Returns the one that it interrupts, to be given back when it ends.</summary>
    public static string? BeginFunction(string function)
    {
        string? outer = t_function;
        t_function = function;
        if (s_record == null) Open();
        Write(s_record->Function, function);
        s_record->Irql = (uint)CallContext.CurrentIrql;
        s_record->InCall = 0;
        return outer;
    }

    public static void EndFunction(string? outer)
    {
        t_function = outer;
        Write(s_record->Function, outer ?? "");
        s_record->Irql = (uint)CallContext.CurrentIrql;
    }

    [ThreadStatic]
    private static string? t_function;

    /// <summary>The driver's function that runs on this thread.</summary>
    public static string? Function => t_function;

    private static void Write(byte* target, string text)
    {
        int length = Math.Min(text.Length, CallRecord.NameRoom - 1);
        for (int index = 0; index < length; index++) target[index] = (byte)text[index];
        target[length] = 0;
    }

    /// <summary>Makes the record, where there is none yet. Not a static initializer, whose failure would be for good.</summary>
    public static void Open()
    {
        lock (s_gate)
        {
            if (s_record == null) s_record = Make();
        }
    }

    private static CallRecord* Make()
    {
        if (Environment.GetEnvironmentVariable(CallRecord.DescriptorVariable) is not { Length: > 0 } descriptor)
            return (CallRecord*)NativeMemory.AllocZeroed(CallRecord.FileSize);
        // Mapped until the process ends.
        var file = MemoryMappedFile.CreateFromFile($"/proc/self/fd/{descriptor}", FileMode.Open, null, CallRecord.FileSize);
        byte* address = null;
        file.CreateViewAccessor(0, CallRecord.FileSize).SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        return (CallRecord*)address;
    }
}

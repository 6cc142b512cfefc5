using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Ndis.Native;

/// <summary>
/// Tells a C program what its calls did wrong and why they failed: in the log that NONPAGED_LOG names, and by the function that
/// NonpagedSetMessageHandler was given. Equal messages are counted, and
/// told when there are 1, 10, 100, ... of them, so that neither memory nor output grows with a program's mistakes. Thread-safe.
/// </summary>
internal static unsafe class ProgramMessages
{
    /// <summary>The environment variable that says where the log goes: "stderr", or a file's path.</summary>
    public const string LogVariable = "NONPAGED_LOG";

    /// <summary>So many different messages are told apart; further ones are counted by call and kind.</summary>
    private const int MostMessages = 1024;

    /// <summary>Of one call; more than that does not happen, but nothing may grow.</summary>
    private const int MostPending = 16;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<NdisMessage, long> s_counts = [];
    private static SafeFileHandle? s_log;
    private static Handler? s_handler;

    // On which thread they are is looked up where there are some.
    private static int s_pending;

    [ThreadStatic]
    private static List<(NdisMessage Message, long Count)>? t_pending;

    [ThreadStatic]
    private static bool t_isTelling;

    /// <summary>Opens the log and listens. May be called again.</summary>
    public static void Start()
    {
        lock (s_lock)
        {
            if (s_log is null && Environment.GetEnvironmentVariable(LogVariable) is { Length: > 0 } log)
            {
                if (log == "stderr") s_log = new SafeFileHandle(2, ownsHandle: false);
                else if (LibC.OpenForAppending(log, out SafeFileHandle file).IsError) file.Dispose();
                else s_log = file;
            }
        }

        NdisInstance.Listener = Take;
    }

    public static void SetHandler(delegate* unmanaged<void*, NativeMessage*, void> function, void* context) =>
        Volatile.Write(ref s_handler, function == null ? null : new Handler(function, context));

    /// <summary>
    /// Notes a message, whatever locks the caller holds: it is written, and handed to the program when the call ends. Never
    /// throws.
    /// </summary>
    public static void Take(NdisMessage message)
    {
        if (s_log is null && Volatile.Read(ref s_handler) is null) return;
        try
        {
            if (Count(ref message) is not { } count) return;
            if (s_log is { } log) WriteLine(log, message, count);
            if (Volatile.Read(ref s_handler) is null || t_isTelling) return;
            t_pending ??= [];
            if (t_pending.Count == MostPending) return;
            t_pending.Add((message, count));
            Interlocked.Increment(ref s_pending);
        }
        catch (OutOfMemoryException)
        {
            // It is lost, and the call goes on.
        }
    }

    /// <summary>Hands the thread's messages to the program: when its call holds no lock any more.</summary>
    public static void Tell()
    {
        if (Volatile.Read(ref s_pending) == 0 || t_isTelling || t_pending is not { Count: > 0 } pending) return;
        t_isTelling = true;
        try
        {
            foreach ((NdisMessage message, long count) in pending) Tell(message, count);
        }
        catch (OutOfMemoryException)
        {
            // As above.
        }
        finally
        {
            Interlocked.Add(ref s_pending, -pending.Count);
            pending.Clear();
            t_isTelling = false;
        }
    }

    /// <summary>How often a message came, where it is to be told; null where it is counted only.</summary>
    private static long? Count(ref NdisMessage message)
    {
        lock (s_lock)
        {
            if (s_counts.Count >= MostMessages && !s_counts.ContainsKey(message)) message = message.Further(MostMessages);
            ref long count = ref CollectionsMarshal.GetValueRefOrAddDefault(s_counts, message, out _);
            count++;
            return IsPowerOfTen(count) ? count : null;
        }
    }

    private static bool IsPowerOfTen(long count)
    {
        while (count % 10 == 0) count /= 10;
        return count == 1;
    }

    private static void WriteLine(SafeFileHandle log, NdisMessage message, long count)
    {
        string times = count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({count} times so far)");
        // One call a line, so that lines of several processes do not mix. What cannot be written is lost.
        LibC.Write(log, Encoding.UTF8.GetBytes($"{message}{times}\n"));
    }

    private static void Tell(NdisMessage message, long count)
    {
        if (Volatile.Read(ref s_handler) is not { } handler) return;
        fixed (byte* kind = Bytes(message.Kind), call = Bytes(message.Call), reason = Bytes(message.Reason),
            limit = Bytes(message.Limit), remedy = Bytes(message.Remedy))
        {
            var told = new NativeMessage
            {
                Size = (uint)sizeof(NativeMessage),
                Type = message.IsFailure ? NativeMessage.Failure : NativeMessage.Report,
                Kind = kind,
                Call = call,
                Reason = reason,
                Limit = limit,
                Remedy = remedy,
                Count = (ulong)count,
                Errno = message.Errno,
            };
            handler.Function(handler.Context, &told);
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text + '\0');

    /// <summary>Function and context change together.</summary>
    private sealed class Handler(delegate* unmanaged<void*, NativeMessage*, void> function, void* context)
    {
        public readonly delegate* unmanaged<void*, NativeMessage*, void> Function = function;
        public readonly void* Context = context;
    }
}

using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>The KTHREAD of the calling thread.</summary>
internal static unsafe class CurrentThread
{
    private static long s_last;

    [ThreadStatic]
    private static KTHREAD* t_thread;

    /// <summary>
    /// Its address. That of a thread which no driver created is kept when the thread ends: a driver may have it, as the owner
    /// of a mutex.
    /// </summary>
    public static nint Address
    {
        get
        {
            if (t_thread == null) t_thread = Make();
            return (nint)t_thread;
        }
    }

    /// <summary>A thread that a driver created begins.</summary>
    public static void Set(KTHREAD* thread) => t_thread = thread;

    /// <summary>The memory of a thread that has not ended.</summary>
    public static KTHREAD* Make()
    {
        var thread = (KTHREAD*)NativeMemory.AllocZeroed((nuint)sizeof(KTHREAD));
        thread->Header.Type = DISPATCHER_HEADER.Thread;
        thread->Header.Size = (byte)(sizeof(KTHREAD) / sizeof(int));
        thread->Priority = 8;
        thread->Id = (ulong)Interlocked.Add(ref s_last, 4);
        return thread;
    }
}

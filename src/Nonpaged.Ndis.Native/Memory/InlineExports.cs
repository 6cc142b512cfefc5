using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>ndisinline.h: what calls that are inlined into C programs need.</summary>
internal static unsafe class InlineExports
{
    /// <summary>
    /// Tells where the calling thread's magazines are. Nothing is told, so that every call comes to the library, to a header of
    /// another version, to a driver, whose memory is recorded block by block, and where calls are traced.
    /// </summary>
    [UnmanagedCallersOnly(EntryPoint = "ManagedEnterThread")]
    public static void NonpagedEnterThread(InlineThread* Thread, uint Version)
    {
        try
        {
            CallContext context = CallContext.Current;
            if (Version != InlineThread.Version || CallTrace.IsOn || context.Instance != NdisInstance.Default) return;
            context.UnverifiedPool?.TryDescribe(Thread);
        }
        catch (Exception exception)
        {
            // The call goes on to the function that is not inlined, and the next one asks again.
            NativeCall.Fail(nameof(NonpagedEnterThread), exception);
            Thread->IsAsked = 0;
        }
    }
}

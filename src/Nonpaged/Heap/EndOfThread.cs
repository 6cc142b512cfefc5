namespace Nonpaged;

/// <summary>Tells when the thread that alone holds it has ended.</summary>
internal sealed class EndOfThread(HeapThread thread)
{
    ~EndOfThread()
    {
        // Of C code's threads the next one that begins, or a trim, asks again.
        if (thread.NativeId == 0 || thread.HasEnded) thread.End();
    }
}

namespace Nonpaged;

/// <summary>Tells when the thread that alone holds it has ended.</summary>
internal sealed class EndOfThread(HeapThread thread)
{
    ~EndOfThread() => thread.End();
}

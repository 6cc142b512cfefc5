using Nonpaged.Interop;

namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>
    /// Tells code that is inlined into a C program where the calling thread's magazines are, which go back when the kernel says that the thread has ended. The pool must live as long as
    /// the process. False where its calls cannot be inlined.
    /// </summary>
    internal bool TryDescribe(InlineThread* thread)
    {
        if (!HeapChecks.IsOn || Magazines() is not { } heap) return false;
        HeapThread.Current.NativeId = LibC.GetTid();
        *thread = new InlineThread
        {
            Magazines = heap.Cache(), Classes = SizeClass.Magazines, Chunks = heap.Table.Entries, ChunkCount = ChunkTable.Count, IsAsked = thread->IsAsked,
        };
        return true;
    }
}

using System.Runtime.InteropServices;

using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// A thread that uses pools, and its magazines. When it has ended, what its magazines hold goes back: at the next garbage collection, or when a pool needs
/// memory, whichever is first.
/// </summary>
internal sealed unsafe class HeapThread
{
    [ThreadStatic]
    private static HeapThread? t_current;

    // Reachable from the thread alone, so that its finalizer tells that the thread has ended.
    [ThreadStatic]
    private static EndOfThread? t_end;

    private readonly Lock _gate = new();
    private readonly Thread _thread = Thread.CurrentThread;
    private readonly MagazineHeap?[] _heaps = new MagazineHeap?[PoolSlots.Count];
    private nint _caches = ThreadCache.Make();

    private HeapThread()
    {
    }

    /// <summary>The calling thread's.</summary>
    /// <exception cref="AllocationException">The process has no address space for it.</exception>
    public static HeapThread Current
    {
        get
        {
            if (t_current is null)
            {
                t_current = new HeapThread();
                t_end = new EndOfThread(t_current);
                ThreadTable.Current = t_current._caches - ThreadCache.Nobodys;
            }

            return t_current;
        }
    }

    /// <summary>
    /// The kernel's number of a thread that C code started, or 0. The runtime lets go of such a thread while what C code set up for its end is still to run, and may free, so only the kernel
    /// says that it has ended.
    /// </summary>
    public int NativeId { get; set; }

    public bool HasEnded => NativeId == 0 ? !_thread.IsAlive : LibC.KillThread(NativeId, 0).Errno == Errno.ESRCH;

    /// <summary>The cache for a heap, made at its first use. Called by the thread itself.</summary>
    public nint CacheFor(MagazineHeap heap)
    {
        nint cache = ThreadCache.At(_caches, heap.Slot);
        if (_heaps[heap.Slot] == heap) return cache;
        using (HeapHook.Enter(_gate))
        {
            heap.Add(this);
            // A heap that had the slot before has left empty magazines.
            _heaps[heap.Slot] = heap;
            return cache;
        }
    }

    /// <summary>Forgets a heap that is disposed of; its blocks go with its memory.</summary>
    public void Forget(MagazineHeap heap)
    {
        using (HeapHook.Enter(_gate))
        {
            if (_heaps[heap.Slot] != heap) return;
            _heaps[heap.Slot] = null;
            nint cache = ThreadCache.At(_caches, heap.Slot);
            for (int i = 1; i < SizeClass.Count; i++)
            {
                Magazine* magazine = ThreadCache.MagazineOf(cache, i);
                NativeMemory.AlignedFree(magazine->Floor);
                NativeMemory.AlignedFree(magazine->SpareFloor);
                *magazine = default;
            }
        }
    }

    /// <summary>The thread has ended: gives back what it has. Further calls do nothing.</summary>
    public void End()
    {
        using (HeapHook.Enter(_gate))
        {
            if (_caches == 0) return;
            for (int slot = 1; slot < PoolSlots.Count; slot++)
            {
                if (_heaps[slot] is not { } heap) continue;
                _heaps[slot] = null;
                heap.Flush(ThreadCache.At(_caches, slot), keep: true);
                heap.Remove(this);
            }

            ThreadCache.Free(_caches);
            _caches = 0;
        }
    }
}

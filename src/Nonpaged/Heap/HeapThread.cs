using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// A thread that uses pools, and its magazines. When it has ended, what its magazines hold goes back: at the next
/// garbage collection, or when a pool needs memory, whichever is first. Only the thread itself changes its magazines
/// while it lives: it drops those of pools that are disposed in its next slow call, because nothing else tells that it
/// is not in the middle of a hit.
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

    // By their slots, as far as the thread has used any. A longer one comes under the lock.
    private MagazineHeap?[] _heaps = new MagazineHeap?[4];
    private nint _caches = ThreadCache.Make();
    private int _seenRetirements = MagazineHeap.Retirements;
    private int _depth;

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
                ThreadTable.Current = t_current._caches - ThreadCache.Empty;
            }

            return t_current;
        }
    }

    /// <summary>
    /// The kernel's number of a thread that C code started, or 0. The runtime lets go of such a thread while what C code set up
    /// for its end is still to run, and may free, so only the kernel says that it has ended.
    /// </summary>
    public int NativeId { get; set; }

    /// <summary>Known for good of one whose magazines went back.</summary>
    public bool HasEnded => _caches == 0 || (NativeId == 0 ? !_thread.IsAlive : LibC.TgKill(NativeId, 0).Errno == Errno.ESRCH);

    /// <summary>
    /// The calling thread begins a slow call on a heap; until that is disposed of, the thread keeps its
    /// magazines, whatever happens to the heap.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The heap's pool is disposed.</exception>
    public static SlowCall Enter(MagazineHeap heap)
    {
        HeapThread thread = Current;
        thread.DropRetired();
        nint cache = thread.CacheFor(heap);
        thread._depth++;
        return new SlowCall(thread, cache);
    }

    /// <summary>The calling thread is in no hit: where it uses heaps that are disposed of, it drops their magazines.</summary>
    public static void Pass() => t_current?.DropRetired();

    /// <summary>The thread has ended: gives back what it has. Further calls do nothing.</summary>
    public void End()
    {
        List<MagazineHeap>? left = null;
        using (HeapHook.Enter(_gate))
        {
            if (_caches == 0) return;
            for (int slot = 1; slot < _heaps.Length; slot++)
            {
                if (_heaps[slot] is not { } heap) continue;
                _heaps[slot] = null;
                if (heap.IsDisposed) FreeMagazines(slot);
                else heap.Flush(ThreadCache.At(_caches, slot), keep: true);
                (left ??= []).Add(heap);
            }

            ThreadCache.Free(_caches);
            _caches = 0;
        }

        Leave(left);
    }

    /// <summary>The cache for a heap, made at its first use. Called by the thread itself.</summary>
    private nint CacheFor(MagazineHeap heap)
    {
        nint cache = ThreadCache.At(_caches, heap.Slot);
        if (heap.Slot < _heaps.Length && _heaps[heap.Slot] == heap && !heap.IsDisposed) return cache;
        using (HeapHook.Enter(_gate))
        {
            if (heap.Slot >= _heaps.Length) Array.Resize(ref _heaps, int.Min(2 * heap.Slot, PoolSlots.Count));
            heap.Add(this);
            // A heap that had the slot before has left empty magazines.
            _heaps[heap.Slot] = heap;
            return cache;
        }
    }

    /// <summary>Not within another slow call, which may be of the heap that is disposed of.</summary>
    private void DropRetired()
    {
        int retirements = MagazineHeap.Retirements;
        if (_seenRetirements == retirements || _depth > 0) return;
        _seenRetirements = retirements;
        List<MagazineHeap>? left = null;
        using (HeapHook.Enter(_gate))
        {
            for (int slot = 1; slot < _heaps.Length; slot++)
            {
                if (_heaps[slot] is not { IsDisposed: true } heap) continue;
                _heaps[slot] = null;
                FreeMagazines(slot);
                (left ??= []).Add(heap);
            }
        }

        Leave(left);
    }

    // Without the thread's lock: a heap that its last thread leaves goes.
    private void Leave(List<MagazineHeap>? heaps)
    {
        if (heaps is null) return;
        foreach (MagazineHeap heap in heaps) heap.Remove(this);
    }

    private void FreeMagazines(int slot)
    {
        nint cache = ThreadCache.At(_caches, slot);
        for (int i = 1; i < SizeClass.Count; i++)
        {
            Magazine* magazine = ThreadCache.MagazineOf(cache, i);
            NativeMemory.AlignedFree(magazine->Floor);
            NativeMemory.AlignedFree(magazine->SpareFloor);
            *magazine = default;
        }
    }

    /// <summary>A slow call of the calling thread, until disposed of.</summary>
    internal readonly ref struct SlowCall(HeapThread thread, nint cache)
    {
        /// <summary>The thread's magazines for the heap.</summary>
        public nint Cache { get; } = cache;

        public void Dispose() => thread._depth--;
    }
}

using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// A thread that uses pools: its table of caches, in native memory. When it has ended, what its magazines hold goes back: at the next garbage collection, or when a pool needs
/// memory, whichever is first.
/// </summary>
internal sealed unsafe class HeapThread
{
    [ThreadStatic]
    private static HeapThread? t_current;

    // Reachable from the thread alone, so that its finalizer tells that the thread has ended.
    [ThreadStatic]
    private static EndOfThread? t_end;

    private static readonly byte* s_noCache = ThreadCache.Make();

    private readonly Lock _gate = new();
    private readonly Thread _thread = Thread.CurrentThread;
    private readonly MagazineHeap?[] _heaps = new MagazineHeap?[PoolSlots.Count];
    private byte** _caches;

    private HeapThread()
    {
        _caches = (byte**)NativeMemory.Alloc(PoolSlots.Count, (nuint)sizeof(byte*));
        for (int slot = 0; slot < PoolSlots.Count; slot++) _caches[slot] = s_noCache;
    }

    /// <summary>The calling thread's.</summary>
    public static HeapThread Current
    {
        get
        {
            if (t_current is null)
            {
                t_current = new HeapThread();
                t_end = new EndOfThread(t_current);
                ThreadTable.Current = (nint)t_current._caches;
            }

            return t_current;
        }
    }

    public bool HasEnded => !_thread.IsAlive;

    /// <summary>The cache for a heap, made at its first use. Called by the thread itself.</summary>
    public byte* CacheFor(MagazineHeap heap)
    {
        if (_heaps[heap.Slot] == heap) return _caches[heap.Slot];
        using (HeapHook.Enter(_gate))
        {
            heap.Add(this);
            // A heap that is gone has left the cache that this thread had for it, and it is of none.
            byte* cache = _caches[heap.Slot];
            if (cache == s_noCache) cache = ThreadCache.Make();
            ThreadCache.Of(cache)->Chunks = heap.Table.Entries;
            ThreadCache.Of(cache)->ChunkCount = ChunkTable.Count;
            _caches[heap.Slot] = cache;
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
            byte* cache = _caches[heap.Slot];
            for (int i = 1; i < SizeClass.Count; i++)
            {
                Magazine* magazine = ThreadCache.MagazineOf(cache, i);
                NativeMemory.AlignedFree(magazine->Floor);
                NativeMemory.AlignedFree(magazine->SpareFloor);
            }

            ThreadCache.Reset(cache);
        }
    }

    /// <summary>The thread has ended: gives back what it has. Further calls do nothing.</summary>
    public void End()
    {
        using (HeapHook.Enter(_gate))
        {
            if (_caches == null) return;
            for (int slot = 1; slot < PoolSlots.Count; slot++)
            {
                byte* cache = _caches[slot];
                if (cache == s_noCache) continue;
                if (_heaps[slot] is { } heap)
                {
                    _heaps[slot] = null;
                    heap.Flush(cache, keep: true);
                    heap.Remove(this);
                }

                ThreadCache.Free(cache);
            }

            NativeMemory.Free(_caches);
            _caches = null;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// Which frames are free, and who has each of the others. The free ones are a stack, so that the frame that was given last, whose
/// bytes are in a cache, is taken first. A lock guards it, which is held for as long as it takes to copy
/// some numbers.
/// </summary>
internal sealed unsafe class FrameStack : IDisposable
{
    public const byte Free = 0;
    public const byte InHands = 1;

    /// <summary>The first number of a socket; a frame with one of these is in that socket's rings.</summary>
    public const byte FirstSocket = 2;

    private const nuint Line = 64;

    private readonly FrameTerms _terms;
    private readonly bool _isChecked;
    private readonly bool _isPowerOfTwo;
    private readonly uint _frames;
    private byte* _owners;
    private uint* _free;
    private uint _count;
    private SpinGate _gate = new();

    public FrameStack(FrameTerms terms)
    {
        _terms = terms;
        (_frames, _isChecked, _isPowerOfTwo) = (terms.Total, terms.IsChecked, terms.IsPowerOfTwo);
        // Vectors then lie in one line each, as long as frames are taken by sixteens.
        _owners = (byte*)NativeMemory.AlignedAlloc(_frames, Line);
        _free = (uint*)NativeMemory.AlignedAlloc(_frames * (nuint)sizeof(uint), Line);
        NativeMemory.Clear(_owners, _frames);
        // The lowest is taken first.
        for (uint i = 0; i < _frames; i++) _free[i] = _frames - 1 - i;
        _count = _frames;
    }

    public int FreeCount => (int)Volatile.Read(ref _count);

    public byte OwnerOf(int frame) => _owners[frame];

    /// <summary>Takes as many as there are for these places.</summary>
    public int Take(Span<int> frames)
    {
        // What follows calls nothing, and so saves no registers.
        if (!_gate.TryEnterAlone()) return TakeSlowly(frames);
        int count = TakeInside(frames);
        _gate.ExitAlone();
        return count;
    }

    /// <inheritdoc cref="Take(Span{int})"/>
    public int Take(Span<XdpFrame> frames, uint start, uint length)
    {
        if (!_gate.TryEnterAlone()) return TakeSlowly(frames, start, length);
        int count = TakeInside(frames, start, length);
        _gate.ExitAlone();
        return count;
    }

    /// <summary>Gives some back. Where one of them may not be given, none is.</summary>
    public void Give(ReadOnlySpan<int> frames)
    {
        if (!_gate.TryEnterAlone())
        {
            GiveSlowly(frames);
            return;
        }

        GiveInside(frames);
        _gate.ExitAlone();
    }

    /// <inheritdoc cref="Give(ReadOnlySpan{int})"/>
    public void Give(ReadOnlySpan<XdpFrame> frames)
    {
        _gate.Enter();
        ThrowIfGone();
        uint many = (uint)frames.Length;
        bool isTooMany = !_isChecked && many > _frames - _count;
        ref XdpFrame from = ref MemoryMarshal.GetReference(frames);
        uint given = isTooMany ? many : Give(ref from, many, new FreePlace(_free + _count));
        if (isTooMany || given < many) Refuse(frames, (int)given);
        _count += many;
        _gate.Exit();
    }

    /// <summary>Moves free frames into a ring that has room for so many.</summary>
    public uint Fill(ref Ring ring, uint room, byte socket)
    {
        _gate.Enter();
        ThrowIfGone();
        uint count = Math.Min(room, _count), first = Math.Min(count, ring.ToEnd(ring.CachedProducer));
        uint* free = _free + (_count -= count);
        ulong* entries = (ulong*)ring.Entries;
        FrameLoops.Fill(_owners, free, entries + (ring.CachedProducer & ring.Mask), first, socket, _terms.FrameSize);
        FrameLoops.Fill(_owners, free + first, entries, count - first, socket, _terms.FrameSize);
        _gate.Exit();
        return count;
    }

    /// <summary>
    /// Frames of the program become a socket's to receive in; there must be room for them. Where one of them may not be given,
    /// none is: the answer is its place, otherwise how many there are.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Fill(ReadOnlySpan<XdpFrame> frames, ref Ring ring, byte socket)
    {
        uint count = (uint)frames.Length, first = Math.Min(count, ring.ToEnd(ring.CachedProducer));
        ref XdpFrame from = ref MemoryMarshal.GetReference(frames);
        ulong* entries = (ulong*)ring.Entries;
        uint frameSize = _terms.FrameSize;
        uint given = Give(ref from, first, new FillPlace(entries + (ring.CachedProducer & ring.Mask), socket, frameSize));
        if (given == first && first < count)
            given += Give(ref Unsafe.Add(ref from, first), count - first, new FillPlace(entries, socket, frameSize));
        if (given < count) TakeBack(frames[..(int)given]);
        return (int)given;
    }

    /// <summary>Frames of a socket that were sent become its own to receive in; there must be room for them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Recycle(ref Ring sent, ref Ring fill, uint count)
    {
        ulong* from = (ulong*)sent.Entries, to = (ulong*)fill.Entries;
        for (uint done = 0; done < count;)
        {
            uint at = sent.CachedConsumer + done, next = fill.CachedProducer + done;
            uint some = Math.Min(count - done, Math.Min(sent.ToEnd(at), fill.ToEnd(next)));
            if (_isPowerOfTwo)
                FrameLoops.Recycle(from + (at & sent.Mask), to + (next & fill.Mask), some, _terms.FrameSize, _terms.Shift);
            else
                FrameLoops.Recycle(from + (at & sent.Mask), to + (next & fill.Mask), some, _terms.FrameSize, _terms.Reciprocal);
            done += some;
        }
    }

    /// <summary>Frees those whose addresses the kernel wrote into a ring.</summary>
    public void Reclaim(ref Ring ring, uint count)
    {
        _gate.Enter();
        ThrowIfGone();
        uint first = Math.Min(count, ring.ToEnd(ring.CachedConsumer));
        ulong* entries = (ulong*)ring.Entries;
        Reclaim(_free + _count, entries + (ring.CachedConsumer & ring.Mask), first);
        Reclaim(_free + _count + first, entries, count - first);
        _count += count;
        _gate.Exit();
    }

    /// <summary>Copies frames that were received out of a ring: they are the program's. There must be so many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hand(ref Ring ring, Span<XdpFrame> frames)
    {
        uint count = (uint)frames.Length, first = Math.Min(count, ring.ToEnd(ring.CachedConsumer));
        ref XdpFrame to = ref MemoryMarshal.GetReference(frames);
        var entries = (XdpFrame*)ring.Entries;
        Hand(entries + (ring.CachedConsumer & ring.Mask), ref to, first);
        if (first < count) Hand(entries, ref Unsafe.Add(ref to, first), count - first);
    }

    /// <summary>The same, of frames whose addresses have an offset on top (XSK_UNALIGNED_BUF_OFFSET_SHIFT).</summary>
    public void HandUnaligned(ref Ring ring, Span<XdpFrame> frames)
    {
        uint at = ring.CachedConsumer;
        foreach (ref XdpFrame frame in frames)
        {
            XdpFrame entry = ((XdpFrame*)ring.Entries)[at++ & ring.Mask];
            ulong address = (entry._address & AfXdp.XSK_UNALIGNED_BUF_ADDR_MASK)
                + (entry._address >> AfXdp.XSK_UNALIGNED_BUF_OFFSET_SHIFT);
            frame = new XdpFrame(address, (uint)entry.Length, entry.Options);
            _owners[_terms.IndexOf(address)] = InHands;
        }
    }

    /// <summary>
    /// Frames of the program are a socket's from now on, and lie in its ring. Where one of them may not be sent, none is: the
    /// answer is its place, otherwise how many there are.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Pass(ReadOnlySpan<XdpFrame> frames, ref Ring ring, byte socket, in FrameTerms terms)
    {
        uint count = (uint)frames.Length, first = Math.Min(count, ring.ToEnd(ring.CachedProducer));
        ref XdpFrame from = ref MemoryMarshal.GetReference(frames);
        var entries = (XdpFrame*)ring.Entries;
        uint passed = Pass(ref from, entries + (ring.CachedProducer & ring.Mask), first, socket, terms);
        if (passed == first && first < count)
            passed += Pass(ref Unsafe.Add(ref from, first), entries, count - first, socket, terms);
        if (passed < count) TakeBack(frames[..(int)passed]);
        return (int)passed;
    }

    /// <summary>Frames that were passed or given are the program's again.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void TakeBack(ReadOnlySpan<XdpFrame> frames)
    {
        foreach (ref readonly XdpFrame frame in frames) _owners[_terms.IndexOf(frame._address)] = InHands;
    }

    /// <summary>Frees whatever a socket had, which has ended.</summary>
    public int FreeAllOf(byte socket)
    {
        _gate.Enter();
        int freed = 0;
        for (uint i = 0; i < _frames && _owners is not null; i++)
        {
            if (_owners[i] != socket) continue;
            _owners[i] = Free;
            _free[_count++] = i;
            freed++;
        }

        _gate.Exit();
        return freed;
    }

    public void Dispose()
    {
        _gate.Enter();
        NativeMemory.AlignedFree(_owners);
        NativeMemory.AlignedFree(_free);
        _owners = null;
        _free = null;
        _count = 0;
        _gate.Exit();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TakeSlowly(Span<int> frames)
    {
        _gate.Enter();
        int count = TakeInside(frames);
        _gate.Exit();
        return count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TakeSlowly(Span<XdpFrame> frames, uint start, uint length)
    {
        _gate.Enter();
        int count = TakeInside(frames, start, length);
        _gate.Exit();
        return count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GiveSlowly(ReadOnlySpan<int> frames)
    {
        _gate.Enter();
        GiveInside(frames);
        _gate.Exit();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TakeInside(Span<int> frames)
    {
        ThrowIfGone();
        uint count = Math.Min((uint)frames.Length, _count);
        uint* free = _free + (_count -= count);
        ref uint to = ref Unsafe.As<int, uint>(ref MemoryMarshal.GetReference(frames));
        if (_isChecked) FrameNumbers.Take(_owners, free, ref to, count);
        else FrameNumbers.Copy(ref *free, ref to, count);
        return (int)count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TakeInside(Span<XdpFrame> frames, uint start, uint length)
    {
        ThrowIfGone();
        uint count = Math.Min((uint)frames.Length, _count);
        uint* free = _free + (_count -= count);
        FrameLoops.Take(_owners, free, ref MemoryMarshal.GetReference(frames), count, _terms.FrameSize, start, length);
        return (int)count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void GiveInside(ReadOnlySpan<int> frames)
    {
        ThrowIfGone();
        uint many = (uint)frames.Length;
        uint* free = _free + _count;
        ref uint from = ref Unsafe.As<int, uint>(ref MemoryMarshal.GetReference(frames));
        if (_isChecked)
        {
            nuint given = FrameNumbers.Give(_owners, ref from, free, many, _frames);
            if (given < many) Refuse(frames, (int)given);
        }
        else
        {
            if (many > _frames - _count) Refuse(frames, frames.Length);
            FrameNumbers.Copy(ref from, ref *free, many);
        }

        _count += many;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Give<TPlace>(ref XdpFrame from, uint count, TPlace place)
        where TPlace : struct, IFramePlace => _isPowerOfTwo
        ? FrameLoops.Give(_owners, ref from, count, _terms, _terms.Shift, place)
        : FrameLoops.Give(_owners, ref from, count, _terms, _terms.Reciprocal, place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Hand(XdpFrame* entries, ref XdpFrame to, uint count)
    {
        if (_isPowerOfTwo) FrameLoops.Hand(_owners, entries, ref to, count, _terms.FrameSize, _terms.Shift);
        else FrameLoops.Hand(_owners, entries, ref to, count, _terms.FrameSize, _terms.Reciprocal);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reclaim(uint* free, ulong* entries, uint count)
    {
        if (_isPowerOfTwo) FrameLoops.Reclaim(_owners, free, entries, count, _terms.FrameSize, _terms.Shift);
        else FrameLoops.Reclaim(_owners, free, entries, count, _terms.FrameSize, _terms.Reciprocal);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Pass(ref XdpFrame from, XdpFrame* entries, uint count, byte socket, in FrameTerms terms) => _isPowerOfTwo
        ? FrameLoops.Pass(_owners, ref from, entries, count, socket, terms, terms.Shift)
        : FrameLoops.Pass(_owners, ref from, entries, count, socket, terms, terms.Reciprocal);

    [MethodImpl(MethodImplOptions.NoInlining)]
    [DoesNotReturn]
    private void Refuse(ReadOnlySpan<XdpFrame> frames, int bad)
    {
        int[] indices = new int[frames.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            ulong index = _terms.IndexOf(frames[i]._address);
            indices[i] = index < _frames ? (int)index : -1;
        }

        Refuse(indices, bad);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [DoesNotReturn]
    private void Refuse(ReadOnlySpan<int> frames, int bad)
    {
        string why;
        if (bad >= frames.Length) why = "More frames were given back than were taken.";
        else if ((uint)frames[bad] >= _frames) why = $"There is no frame {frames[bad]}: the pool has {_frames} frames.";
        else why = $"Frame {frames[bad]} was given back by one who does not have it: {Whereabouts(frames[bad])}.";
        for (int i = 0; _isChecked && i < bad; i++) _owners[frames[i]] = InHands;
        _gate.Exit();
        throw new InvalidOperationException($"{why} None of the {frames.Length} frames was taken back.");
    }

    /// <summary>Who has a frame, in words.</summary>
    public string Whereabouts(int frame) => _owners[frame] switch
    {
        Free => "it is free",
        InHands => "the program has it",
        _ => "it is in a socket's rings",
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfGone()
    {
        if (_owners is null) ThrowGone();
    }

    [DoesNotReturn]
    private void ThrowGone()
    {
        _gate.Exit();
        throw new ObjectDisposedException(nameof(XdpFramePool));
    }
}

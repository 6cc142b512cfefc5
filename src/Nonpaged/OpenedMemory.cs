using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// Another process's block, mapped into this one: the same bytes, at another address. When the other process has freed the block
/// they can still be used here, and are no longer pinned. Thread-safe.
/// </summary>
/// <remarks>Spans, and what was pinned, must not be used after this is disposed: nothing checks them then.</remarks>
public sealed unsafe class OpenedMemory : IMemoryOwner<byte>
{
    private readonly Bytes _bytes;

    /// <param name="room">Where it is mapped.</param>
    /// <param name="before">How much of that lies before its first byte.</param>
    /// <param name="roomLength">All that is mapped.</param>
    /// <param name="length">How many bytes it has.</param>
    /// <param name="sharing">What may be done with them.</param>
    internal OpenedMemory(nuint room, nuint before, nuint roomLength, int length, Sharing sharing)
    {
        _bytes = new Bytes(room, before, roomLength, length);
        Sharing = sharing;
    }

    /// <summary>How many bytes it has.</summary>
    public int Length => _bytes.Length;

    /// <summary>What this process may do with them.</summary>
    public Sharing Sharing { get; }

    /// <summary>The bytes. Each access checks that this is not disposed.</summary>
    /// <exception cref="InvalidOperationException">They may only be read: use <see cref="ReadOnlyMemory"/>.</exception>
    /// <exception cref="ObjectDisposedException">This is disposed.</exception>
    public Memory<byte> Memory => Sharing == Sharing.ReadWrite ? _bytes.Memory : throw OnlyForReading();

    /// <summary>The bytes, for reading. Each access checks that this is not disposed.</summary>
    /// <exception cref="ObjectDisposedException">This is disposed.</exception>
    public ReadOnlyMemory<byte> ReadOnlyMemory => _bytes.Memory;

    /// <summary>The bytes as a span.</summary>
    /// <exception cref="InvalidOperationException">They may only be read: use <see cref="AsReadOnlySpan"/>.</exception>
    /// <exception cref="ObjectDisposedException">This is disposed.</exception>
    public Span<byte> AsSpan() => Sharing == Sharing.ReadWrite ? _bytes.GetSpan() : throw OnlyForReading();

    /// <summary>The bytes as elements of a type: as many as fit.</summary>
    /// <inheritdoc cref="AsSpan()" path="/exception"/>
    public Span<T> AsSpan<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(AsSpan());

    /// <summary>One element of a type in the memory. Not to be used after this is disposed.</summary>
    /// <param name="offset">Where it starts, in bytes.</param>
    /// <inheritdoc cref="AsSpan()" path="/exception"/>
    /// <exception cref="ArgumentOutOfRangeException">It is not within the memory.</exception>
    public ref T At<T>(long offset)
        where T : unmanaged
    {
        Span<byte> all = AsSpan();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, (long)all.Length - sizeof(T));
        return ref Unsafe.As<byte, T>(ref all[(int)offset]);
    }

    /// <summary>The bytes as elements of a type, for reading: as many as fit.</summary>
    /// <exception cref="ObjectDisposedException">This is disposed.</exception>
    public ReadOnlySpan<T> AsReadOnlySpan<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(AsReadOnlySpan());

    /// <summary>The bytes as a span, for reading.</summary>
    /// <exception cref="ObjectDisposedException">This is disposed.</exception>
    public ReadOnlySpan<byte> AsReadOnlySpan() => _bytes.GetSpan();

    /// <summary>Unmaps the memory. Further calls do nothing.</summary>
    public void Dispose() => ((IDisposable)_bytes).Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"OpenedMemory of {Length} bytes, {Sharing}";

    private static InvalidOperationException OnlyForReading() =>
        new("The memory is shared for reading: ReadOnlyMemory and AsReadOnlySpan give it. A write would end the process.");

    private sealed class Bytes(nuint room, nuint before, nuint roomLength, int length) : MemoryManager<byte>
    {
        private nuint _room = room;

        public int Length => length;

        public override Span<byte> GetSpan() => new((void*)StartInUse(), length);

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            nuint first = StartInUse();
            ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, length);
            return new MemoryHandle((byte*)first + elementIndex, default, this);
        }

        // The memory never moves.
        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
            nuint mapped = Interlocked.Exchange(ref _room, 0);
            if (mapped != 0) AddressSpace.Release(mapped, roomLength);
        }

        private nuint StartInUse()
        {
            nuint mapped = Volatile.Read(ref _room);
            ObjectDisposedException.ThrowIf(mapped == 0, typeof(OpenedMemory));
            return mapped + before;
        }
    }
}

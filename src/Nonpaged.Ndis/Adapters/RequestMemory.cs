using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// The information buffer of a request that is NDIS's own. A driver that has completed the request within its function must not
/// write there any more. One that does hits nothing of anybody else's, as the buffer stays until the function has returned; the
/// one of a driver that is verified is gone at once, so that the driver faults. Thread-safe.
/// </summary>
internal sealed unsafe class RequestMemory
{
    private readonly MemoryBlock? _guarded;
    private int _holders = 1;

    /// <param name="value">What it holds first.</param>
    /// <param name="guarded">Memory that faults for a byte too many, as long as the value, which it disposes of.</param>
    public RequestMemory(ReadOnlySpan<byte> value, MemoryBlock? guarded = null)
    {
        _guarded = guarded;
        Address = guarded is not null ? (nint)guarded.Address : (nint)NativeMemory.Alloc((nuint)Math.Max(value.Length, 1));
        Length = (uint)value.Length;
        value.CopyTo(Bytes);
    }

    public nint Address { get; }

    /// <summary>In bytes.</summary>
    public uint Length { get; }

    /// <summary>What is there now.</summary>
    public Span<byte> Bytes => new((void*)Address, (int)Length);

    /// <summary>The driver's function begins.</summary>
    public void Enter()
    {
        if (_guarded is null) Interlocked.Increment(ref _holders);
    }

    /// <summary>The driver's function has returned.</summary>
    public void Leave()
    {
        if (_guarded is null) Release();
    }

    /// <summary>The request is done.</summary>
    public void End()
    {
        if (_guarded is not null) _guarded.Dispose();
        else Release();
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) NativeMemory.Free((void*)Address);
    }
}

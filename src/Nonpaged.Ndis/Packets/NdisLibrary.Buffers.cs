namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    private const short MdlSourceIsNonpagedPool = 0x0004;

    /// <summary>
    /// Makes a pool of buffer descriptors. It always succeeds; the count is the limit of buffers out at the same time.
    /// </summary>
    public static void NdisAllocateBufferPool(out NDIS_STATUS Status, out NDIS_HANDLE PoolHandle, uint NumberOfDescriptors)
    {
        CallContext context = Caller(Irql.DISPATCH_LEVEL);
        PoolHandle = default;
        Status = NDIS_STATUS_RESOURCES;
        if (IsShort()) return;
        PoolHandle = NewPool(new BufferPool(context.Instance, context.Driver, NumberOfDescriptors), context);
        Status = NDIS_STATUS_SUCCESS;
    }

    /// <summary>Ends a pool. All of its buffers must have been freed.</summary>
    public static void NdisFreeBufferPool(NDIS_HANDLE PoolHandle) => FreePool<BufferPool>(PoolHandle, nameof(NdisFreeBufferPool));

    /// <summary>Takes a descriptor for the resident memory given; NDIS_STATUS_RESOURCES and NULL where none is left.</summary>
    public static void NdisAllocateBuffer(
        out NDIS_STATUS Status, out NDIS_BUFFER* Buffer, NDIS_HANDLE PoolHandle, void* VirtualAddress, uint Length)
    {
        CallContext context = Caller(Irql.DISPATCH_LEVEL);
        Buffer = null;
        Status = NDIS_STATUS_FAILURE;
        if (Resolve<BufferPool>(PoolHandle, nameof(NdisAllocateBuffer)) is not { } pool) return;
        if (VirtualAddress is null && Length > 0)
        {
            context.Instance.Report(
                NdisReportKind.BrokenRule, nameof(NdisAllocateBuffer), context.Driver,
                $"A buffer of {Length} bytes at address 0: there is no memory. The call fails.");
            return;
        }

        Buffer = IsShort() ? null : (NDIS_BUFFER*)pool.Elements.Take();
        Status = Buffer is null ? NDIS_STATUS_RESOURCES : NDIS_STATUS_SUCCESS;
        if (Buffer is not null) FillBuffer(Buffer, VirtualAddress, Length);
    }

    /// <summary>Gives a descriptor back to its pool. The memory that it describes stays the caller's.</summary>
    public static void NdisFreeBuffer(NDIS_BUFFER* Buffer) => FreeDescriptor(Buffer, "buffer", nameof(NdisFreeBuffer));

    private static void FillBuffer(NDIS_BUFFER* buffer, void* address, uint length)
    {
        buffer->Size = (short)sizeof(NDIS_BUFFER);
        buffer->MdlFlags = MdlSourceIsNonpagedPool;
        buffer->MappedSystemVa = address;
        buffer->ByteOffset = (uint)((nuint)address & (Page.Size - 1));
        buffer->StartVa = (byte*)address - buffer->ByteOffset;
        buffer->ByteCount = length;
    }

    /// <summary>Where a buffer's memory is, and its length in bytes.</summary>
    public static void NdisQueryBuffer(NDIS_BUFFER* Buffer, out void* VirtualAddress, out uint Length) =>
        NdisQueryBufferSafe(Buffer, out VirtualAddress, out Length, 16);

    /// <summary>
    /// As NdisQueryBuffer. The priority matters where memory must be mapped first, which is never the case here.
    /// </summary>
    public static void NdisQueryBufferSafe(NDIS_BUFFER* Buffer, out void* VirtualAddress, out uint Length, int Priority)
    {
        VirtualAddress = Buffer->MappedSystemVa;
        Length = Buffer->ByteCount;
    }

    /// <summary>Where in its first page a buffer's memory starts, and its length in bytes.</summary>
    public static void NdisQueryBufferOffset(NDIS_BUFFER* Buffer, out uint Offset, out uint Length)
    {
        Offset = Buffer->ByteOffset;
        Length = Buffer->ByteCount;
    }

    /// <summary>The length in bytes of a buffer's memory.</summary>
    public static uint NdisBufferLength(NDIS_BUFFER* Buffer) => Buffer->ByteCount;

    /// <summary>Changes the length that a descriptor tells.</summary>
    public static void NdisAdjustBufferLength(NDIS_BUFFER* Buffer, uint Length) => Buffer->ByteCount = Length;

    /// <summary>The buffer that follows in a packet, or NULL.</summary>
    public static void NdisGetNextBuffer(NDIS_BUFFER* CurrentBuffer, out NDIS_BUFFER* NextBuffer) =>
        NextBuffer = CurrentBuffer->Next;

    /// <summary>How many pages a buffer's memory spans: the most physical pieces that it can consist of.</summary>
    public static uint NDIS_BUFFER_TO_SPAN_PAGES(NDIS_BUFFER* Buffer) =>
        (Buffer->ByteOffset + Buffer->ByteCount + Page.Size - 1) / Page.Size;
}

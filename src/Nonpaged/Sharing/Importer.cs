using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Pins memory that the caller owns. Thread-safe.</summary>
/// <param name="rings">The pool's pins by io_uring; null where it pins nothing of its own.</param>
/// <param name="iommu">The IOMMU that maps it; null where physical addresses are the frames'.</param>
internal sealed unsafe class Importer(PinTable? rings, IommuAddressSpace? iommu) : IDisposable
{
    private readonly Lock _gate = new();
    private PinTable? _own;

    /// <summary>Pins a range, and reads its physical addresses; or says why that cannot be.</summary>
    public ImportedMemory? TryImport(void* address, nuint length, out AllocationFailure? failure)
    {
        nuint start = (nuint)address & ~(nuint)(Page.Size - 1);
        if (length == 0 || address == null || (nuint)address + length < length || (nuint)address + length > (nuint)1 << 47)
        {
            failure = AddressSpaceFailures.NoMemory((nuint)address, length);
            return null;
        }

        nuint whole = Page.RoundUp((nuint)address + length, Page.Size) - start;
        return iommu is null
            ? Pin(address, length, start, whole, out failure)
            : Map(iommu, address, length, start, whole, out failure);
    }

    public void Dispose()
    {
        lock (_gate) _own?.Dispose();
    }

    private ImportedMemory? Pin(void* address, nuint length, nuint start, nuint whole, out AllocationFailure? failure)
    {
        PinTable pins = Pins();
        RingPin? pin = null;
        failure = pins.Refuse(whole);
        if (failure is null) pin = pins.TryPin(start, whole, out failure);
        if (pin is null)
        {
            failure ??= PinFailures.ForBuffer(Errno.ENOMEM, whole);
            return null;
        }

        // The pin may have moved pages, so they are read after it.
        FrameReading reading = FrameReader.Read(start, whole);
        failure = reading.Failure;
        if (failure is null) return new ImportedMemory(address, length, reading.Frames, pin);
        pin.Dispose();
        return null;
    }

    /// <summary>What is imported behind an IOMMU is one physical range, of any frames.</summary>
    private static ImportedMemory? Map(
        IommuAddressSpace iommu, void* address, nuint length, nuint start, nuint whole, out AllocationFailure? failure)
    {
        var wanted = new IovaRequest(whole, Page.Size, 0, whole, PhysicalAddress.Max);
        if (iommu.TryReserve(wanted, out failure) is not { } iova) return null;
        var pin = new IommuPin(iommu, iova, whole);
        failure = pin.TryMap(start);
        if (failure is null) return new ImportedMemory(address, length, pin.Units(Page.Size), pin);
        pin.Dispose();
        return null;
    }

    private PinTable Pins()
    {
        if (rings is not null) return rings;
        lock (_gate) return _own ??= new PinTable();
    }
}

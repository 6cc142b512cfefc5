using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    private readonly Lock _importing = new();
    private PinTable? _importPins;

    /// <summary>
    /// Pins memory that the caller owns, and reads its physical addresses: anonymous memory, a memory file, or huge pages. It is not counted to what the pool holds.
    /// </summary>
    /// <param name="address">Its first byte; any alignment.</param>
    /// <param name="length">In bytes. The pages that it touches are pinned whole.</param>
    /// <exception cref="AllocationException">It cannot be pinned: not mapped readable and writable, of a disk file, or above the memlock limit.</exception>
    public ImportedMemory Import(void* address, nuint length) =>
        TryImport(address, length, out ImportedMemory? imported, out AllocationFailure? failure) ? imported : throw new AllocationException(failure);

    /// <summary>As <see cref="Import"/>, or says why that is not possible.</summary>
    public bool TryImport(
        void* address, nuint length, [NotNullWhen(true)] out ImportedMemory? imported,
        [NotNullWhen(false)] out AllocationFailure? failure)
    {
        imported = null;
        nuint start = (nuint)address & ~(nuint)(Page.Size - 1);
        if (length == 0 || address == null || (nuint)address + length < length || (nuint)address + length > (nuint)1 << 47)
        {
            failure = new AllocationFailure(FailureKind.InvalidRequest, $"{length} bytes at 0x{(nuint)address:x} are not memory of a process.", "the address space, 47 bits", "give the address and the length of mapped memory");
            return false;
        }

        nuint whole = Page.RoundUp((nuint)address + length, Page.Size) - start;
        if (_iommu is not null)
        {
            imported = ImportMapped(_iommu, address, length, start, whole, out failure);
            return imported is not null;
        }

        PinTable pins = PinsForImport();
        RingPin? pin = null;
        failure = pins.Refuse(whole);
        if (failure is null) pin = pins.TryPin(start, whole, out failure);
        if (pin is null)
        {
            failure ??= PinFailures.ForBuffer(Errno.ENOMEM, whole);
            return false;
        }

        // The pin may have moved pages, so they are read after it.
        FrameReading reading = FrameReader.Read(start, whole);
        failure = reading.Failure;
        if (failure is not null)
        {
            pin.Dispose();
            return false;
        }

        imported = new ImportedMemory(address, length, reading.Frames, pin);
        return true;
    }

    /// <summary>What is imported behind an IOMMU is one physical range, of any frames.</summary>
    private static ImportedMemory? ImportMapped(IommuAddressSpace iommu, void* address, nuint length, nuint start, nuint whole, out AllocationFailure? failure)
    {
        var wanted = new IovaRequest(whole, Page.Size, 0, whole, PhysicalAddress.Max);
        if (iommu.TryReserve(wanted, out failure) is not { } iova) return null;
        var pin = new IommuPin(iommu, iova, whole);
        failure = pin.TryMap(start);
        if (failure is null) return new ImportedMemory(address, length, pin.Units(Page.Size), pin);
        pin.Dispose();
        return null;
    }

    /// <summary>
    /// Allocates several blocks in one memory file, which they have to themselves: a process that one of them is exported to sees all of them, and nothing else. It costs one descriptor
    /// for all. The file lives as long as one of the blocks.
    /// </summary>
    /// <param name="request">What each block needs; <see cref="MemoryRequest.Shared"/> is not <see cref="Sharing.None"/>. Each starts on a page.</param>
    /// <param name="count">How many blocks, 1 or more.</param>
    /// <exception cref="AllocationException">There is no memory for all; none is allocated.</exception>
    /// <exception cref="ArgumentException">The request is not for shared blocks, or makes no sense.</exception>
    public IReadOnlyList<MemoryBlock> AllocateGroup(MemoryRequest request, int count) =>
        TryAllocateGroup(request, count, out IReadOnlyList<MemoryBlock>? blocks, out AllocationFailure? failure) ? blocks : throw new AllocationException(failure);

    /// <summary>As <see cref="AllocateGroup"/>, or says why that is not possible.</summary>
    public bool TryAllocateGroup(
        MemoryRequest request, int count, [NotNullWhen(true)] out IReadOnlyList<MemoryBlock>? blocks, [NotNullWhen(false)] out AllocationFailure? failure)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        RequestCheck.ThrowIfWrong(request, isFixed: _host is null || _iommu is not null || Options.ForDevices);
        if (request.Shared == Sharing.None) throw new ArgumentException("Blocks of a group are shared: MemoryRequest.Shared.", nameof(request));
        if (_host is null) throw new InvalidOperationException($"The memory of the pool \"{Options.Name}\" was handed in, so no memory file can be made for a group.");
        PageRequest each = RequestCheck.ToPages(request);
        if (each.Alignment > Page.Size) throw new ArgumentException("The blocks of a group follow each other, so each starts on a page; ask for longer ones.", nameof(request));
        if (each.Pages > (nuint.MaxValue >> 1) / Page.Size / (nuint)count) throw new ArgumentException($"{count} blocks of {request.Length} bytes are more than an address space holds.", nameof(count));
        nuint length = (each.Pages << Page.Shift) * (nuint)count;
        // Each is one physical range; all of them are where they fit into one page of the kernel's anyway.
        PageRequest all = each with { Pages = length >> Page.Shift, Contiguous = each.Contiguous && each.Pages > 1 && length <= HostExtents.HugePage };
        MemoryBlock[]? taken = null;
        failure = GrowAndTake(all, isOneBlock: true, extent => (taken = TakeRuns(request, each.Pages, count, extent!)) is not null);
        blocks = taken;
        return failure is null;
    }

    /// <summary>Takes runs from an extent that is all free, one behind the other, or none. Callers hold the lock.</summary>
    private MemoryBlock[]? TakeRuns(MemoryRequest request, nuint pages, int count, Extent extent)
    {
        var taken = new List<MemoryBlock>(count);
        bool isMet = true;
        for (nuint at = extent.Start; isMet && taken.Count < count; at += pages << Page.Shift)
        {
            int place = _owners.Add(this);
            if (!_pages.TryAllocateAt(at, pages, place)) throw new InvalidOperationException("An extent that was just obtained is in use.");
            var block = new MemoryBlock(this, request, at) { Place = place };
            _owners.Replace(place, block);
            taken.Add(block);
            isMet = !request.Contiguous || RangesOf(at, pages << Page.Shift).Count == 1;
        }

        if (isMet) return [.. taken];
        foreach (MemoryBlock block in taken)
        {
            _pages.Free(block.LastStart, pages);
            _owners.Remove(block.Place);
            block.MarkFreed();
        }

        return null;
    }

    /// <summary>Gives a block to another process: a descriptor, and where the block lies in its file.</summary>
    /// <exception cref="AllocationException">The block was not asked for as <see cref="MemoryRequest.Shared"/>, nor is the pool made for sharing; or there is no further descriptor.</exception>
    /// <exception cref="ArgumentException">The block is another pool's.</exception>
    /// <exception cref="ObjectDisposedException">The block is freed, or the pool is disposed.</exception>
    public ExportedMemory Export(MemoryBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        lock (_gate)
        {
            ThrowIfDisposed();
            if (block.Pool != this) throw new ArgumentException($"The block is of the pool \"{block.Pool.Options.Name}\", and not of \"{Options.Name}\".", nameof(block));
            ObjectDisposedException.ThrowIf(block.IsFreed, block);
            Extent extent = _pages.ExtentOf(block.Start);
            Sharing sharing = extent.IsOneBlock ? block.Request.Shared : Options.Sharing;
            if (extent.File is not { } file || sharing == Sharing.None || block.Place == 0)
            {
                throw new AllocationException(new AllocationFailure(FailureKind.NotShared,
                    $"A block of the pool \"{Options.Name}\" that was not asked for as shared cannot be exported: other blocks lie in its memory file.",
                    _host is null ? "memory that was handed in: its descriptor is with whoever did that" : "MemoryRequest.Shared of the block, and NonpagedPoolOptions.Sharing",
                    _host is null ? "export that descriptor" : "ask for the block with MemoryRequest.Shared"));
            }

            SysResult duplicated = LibC.DuplicateAbove(file.Descriptor, 3, out SafeFileHandle descriptor);
            if (!duplicated.IsError) return new ExportedMemory(descriptor, file.RangesOf(block.Start, block.Length), sharing);
            throw new AllocationException(new AllocationFailure(FailureKind.Descriptors, $"There is no descriptor for the export (fcntl: {duplicated.Errno}).", "descriptors (ulimit -n)", "ulimit -n 65536") { Errno = (int)duplicated.Errno });
        }
    }

    private PinTable PinsForImport()
    {
        if (_host is not null) return _host.Pins.Rings;
        // A pool over handed-in memory pins nothing of its own.
        lock (_importing) return _importPins ??= new PinTable();
    }
}

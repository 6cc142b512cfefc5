using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Vfio;

/// <summary>
/// The card's interrupt, which the kernel adds to an event's counter. It masks an INTx line when that is raised, until it is told
/// that it was served; a message is not masked, and one that comes while another is served is kept.
/// </summary>
internal sealed class VfioInterruptLine : InterruptLine, IDisposable
{
    private readonly Lock _gate = new();
    private readonly SafeFileHandle _device;
    private readonly uint _index;
    private readonly bool _isLevel;
    private bool _isRaised;
    private bool _isSeen;

    private VfioInterruptLine(SafeFileHandle device, uint index, bool isLevel, uint vector, SafeFileHandle signalled)
    {
        (_device, _index, _isLevel, Vector, Signalled) = (device, index, isLevel, vector, signalled);
    }

    public override event Action? Raised;

    public override uint Vector { get; }

    /// <summary>Readable when the kernel has something to tell.</summary>
    public SafeFileHandle Signalled { get; }

    /// <summary>INTx, MSI or MSI-X.</summary>
    public string Kind => _index switch
    {
        Interop.Vfio.VFIO_PCI_INTX_IRQ_INDEX => "INTx",
        Interop.Vfio.VFIO_PCI_MSI_IRQ_INDEX => "MSI",
        _ => "MSI-X",
    };

    public override bool IsRaised
    {
        get
        {
            lock (_gate)
            {
                _isSeen = _isRaised;
                return _isRaised;
            }
        }
    }

    /// <summary>Has the kernel signal this kind of interrupt. The error is the kernel's.</summary>
    public static SysResult Open(SafeFileHandle device, uint index, uint vector, out VfioInterruptLine? line)
    {
        line = null;
        SysResult made = Interop.Vfio.GetIrqInfo(device, index, out Interop.Vfio.IrqInfo info);
        if (made.IsError) return made;
        made = LibC.EventFd(out SafeFileHandle signalled);
        if (!made.IsError) made = Interop.Vfio.SetTrigger(device, index, signalled);
        if (made.IsError) signalled.Dispose();
        else line = new VfioInterruptLine(
            device, index, (info.Flags & Interop.Vfio.VFIO_IRQ_INFO_AUTOMASKED) != 0, vector, signalled);
        return made;
    }

    /// <summary>Takes what the kernel has signalled, and tells it on.</summary>
    public void Take()
    {
        bool isNew;
        lock (_gate) isNew = TryTake();
        if (isNew) Raised?.Invoke();
    }

    public override void EndOfInterrupt()
    {
        lock (_gate)
        {
            if (!_isRaised) return;
            // A message that came since the line was looked at is still to be served. A line that was served may be raised again.
            if (!_isSeen) return;
            _isRaised = false;
            if (_isLevel && !_device.IsClosed) Interop.Vfio.Unmask(_device, _index);
            // The kernel signals at once where the device holds the line still.
            TryTake();
        }
    }

    public void Dispose()
    {
        if (!_device.IsClosed) Interop.Vfio.Disable(_device, _index);
        Signalled.Dispose();
    }

    private bool TryTake()
    {
        Span<byte> counter = stackalloc byte[sizeof(ulong)];
        if (Signalled.IsClosed || LibC.Read(Signalled, counter).IsError) return false;
        _isRaised = true;
        _isSeen = false;
        return true;
    }
}

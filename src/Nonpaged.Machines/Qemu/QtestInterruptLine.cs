namespace Nonpaged.Machines.Qemu;

/// <summary>An input of the I/O APIC, as qtest reports it.</summary>
internal sealed class QtestInterruptLine(uint vector) : InterruptLine
{
    private volatile bool _isRaised;

    public override event Action? Raised;

    public override uint Vector => vector;

    public override bool IsRaised => _isRaised;

    public void Set(bool raised)
    {
        _isRaised = raised;
        if (raised) Raised?.Invoke();
    }
}

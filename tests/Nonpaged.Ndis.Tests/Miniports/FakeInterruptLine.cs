using Nonpaged.Machines;

namespace Nonpaged.Ndis.Tests.Miniports;

internal sealed class FakeInterruptLine : InterruptLine
{
    private volatile bool _isRaised;

    public override uint Vector => FakeDevice.Vector;

    public override bool IsRaised => _isRaised;

    public override event Action? Raised;

    public void Raise()
    {
        _isRaised = true;
        Raised?.Invoke();
    }

    public void Lower() => _isRaised = false;
}

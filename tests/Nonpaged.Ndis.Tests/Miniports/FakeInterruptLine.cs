using Nonpaged.Machines;

namespace Nonpaged.Ndis.Tests.Miniports;

internal sealed class FakeInterruptLine : InterruptLine
{
    private volatile bool _isRaised;

    public override uint Vector => FakeDevice.Vector;

    public override bool IsRaised => _isRaised;

    public override event Action? Raised;

    /// <summary>How often it was told that it was served.</summary>
    public int Served { get; private set; }

    public override void EndOfInterrupt() => Served++;

    public void Raise()
    {
        _isRaised = true;
        Raised?.Invoke();
    }

    public void Lower() => _isRaised = false;
}

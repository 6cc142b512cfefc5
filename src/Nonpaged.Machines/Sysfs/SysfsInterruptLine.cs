namespace Nonpaged.Machines.Sysfs;

/// <summary>The INTx line of one card or several, as the cards' own status registers tell it.</summary>
internal sealed class SysfsInterruptLine(uint vector, SysfsDevice[] devices) : InterruptLine
{
    public override event Action? Raised;

    public override uint Vector => vector;

    public override bool IsRaised
    {
        get
        {
            bool isRaised = false;
            foreach (SysfsDevice device in devices) isRaised |= device.LooksRaised();
            return isRaised;
        }
    }

    /// <summary>Reports that the line is up. On the machine's thread, again and again for as long as it is.</summary>
    public void Look()
    {
        if (Raised is { } handler && IsRaised) handler();
    }
}

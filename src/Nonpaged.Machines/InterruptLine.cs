namespace Nonpaged.Machines;

/// <summary>A level-triggered interrupt line, which several devices may share.</summary>
public abstract class InterruptLine
{
    /// <summary>Its number: the global system interrupt.</summary>
    public abstract uint Vector { get; }

    /// <summary>A device holds the line raised now.</summary>
    public abstract bool IsRaised { get; }

    /// <summary>
    /// The line was served. A machine that masks its line when it is raised unmasks it, and it may be raised
    /// again at once; others have nothing to do.
    /// </summary>
    public virtual void EndOfInterrupt()
    {
    }

    /// <summary>
    /// The line was raised. Called on the machine's own thread, or on one that waits for its hardware: the handler must only wake
    /// somebody up, and must not touch the hardware.
    /// </summary>
    public abstract event Action? Raised;
}

namespace Nonpaged.Machines.Qemu;

/// <summary>The numbers under which the guardian and QEMU find what we give them.</summary>
internal static class GuardianDescriptor
{
    /// <summary>The pipe that ends when we do.</summary>
    public const int Lifeline = 3;

    /// <summary>The machine's RAM.</summary>
    public const int Ram = 4;

    /// <summary>The firmware image.</summary>
    public const int Halt = 5;

    /// <summary>QEMU's end of the qtest connection.</summary>
    public const int Qtest = 6;

    /// <summary>Where the guardian says QEMU's process id.</summary>
    public const int Status = 7;

    /// <summary>QEMU's end of the cable, where this process holds the other one.</summary>
    public const int Wire = 8;

    /// <summary>How many there are, standard input, output and error included.</summary>
    public const int Count = 9;
}

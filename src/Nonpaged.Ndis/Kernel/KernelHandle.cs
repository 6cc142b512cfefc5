namespace Nonpaged.Ndis;

/// <summary>What a HANDLE of the kernel's calls stands for, until ZwClose.</summary>
internal abstract class KernelHandle(Driver owner, string call)
{
    /// <summary>The driver that made it.</summary>
    public Driver Owner { get; } = owner;

    /// <summary>The call that made it.</summary>
    public string Call { get; } = call;

    /// <summary>What it is of, for reports: "an event".</summary>
    public abstract string What { get; }

    public NDIS_HANDLE Handle { get; set; }

    /// <summary>Gives back what the handle stood for.</summary>
    public abstract void Close();
}

namespace Nonpaged.Ndis;

/// <summary>What ZwOpenKey or ZwCreateKey opened.</summary>
internal sealed class OpenKey(RegistryKey key, Driver owner, string call) : KernelHandle(owner, call)
{
    public RegistryKey Key { get; } = key;

    public override string What => $"the key {Key.Path}";

    public override void Close()
    {
    }
}

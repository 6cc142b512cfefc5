using System.Text;

namespace Nonpaged.Ndis.Tests.Kernel;

/// <summary>The registry: what the run's parameters put in, and what drivers do with it.</summary>
public sealed class RegistryTests
{
    [Fact]
    public void A_drivers_parameters_are_in_its_key_and_below()
    {
        var registry = new Registry();
        registry.SetService("Driver", new Dictionary<string, string>
        {
            ["Number"] = "4711",
            ["Mask"] = "0xFF",
            ["Text"] = "hello",
            [@"Adapters\First\Name"] = "one",
        });
        RegistryKey key = registry.Open(null, @"\registry\MACHINE\system\ControlSet001\services\driver")!;
        RegistryKey parameters = registry.Open(key, "parameters")!;
        foreach (RegistryKey one in (RegistryKey[])[key, parameters])
        {
            Assert.Equal((RegistryValue.Number, 4711u), Number(registry.Get(one, "NUMBER")!));
            Assert.Equal((RegistryValue.Number, 255u), Number(registry.Get(one, "Mask")!));
            Assert.Equal("hello\0", Encoding.Unicode.GetString(registry.Get(one, "Text")!.Data));
            Assert.Equal(3, registry.ValuesOf(one).Length);
        }

        Assert.Equal(["Parameters", "Adapters"], registry.KeysOf(key));
        Assert.Equal(RegistryValue.String, registry.Get(registry.Open(key, @"Adapters\First")!, "Name")!.Type);
        Assert.Null(registry.Open(null, @"Machine\System"));
        Assert.Null(registry.Open(key, "Missing"));
    }

    [Fact]
    public void Adapters_have_keys_by_which_protocols_find_them()
    {
        var registry = new Registry();
        var keys = new AdapterKeys(registry);
        foreach (string name in (string[])["card-00:04.0", @"\Device\{Upper}", "card-00:04.0"]) keys.Add(name, "card");
        RegistryKey all = registry.Open(
            null, @"\Registry\Machine\System\CurrentControlSet\Control\Class\{4d36e972-e325-11ce-bfc1-08002be10318}")!;
        Assert.Equal(["0000", "0001"], registry.KeysOf(all));
        RegistryValue export = registry.Get(registry.Open(all, @"0000\Linkage")!, "Export")!;
        Assert.Equal(
            (RegistryValue.MultiString, "\\Device\\card-00:04.0\0\0"), (export.Type, Encoding.Unicode.GetString(export.Data)));
        RegistryKey tcpip = registry.Open(null, $@"{Registry.Services}\Tcpip\Linkage")!;
        Assert.Equal(
            "\\Device\\card-00:04.0\0\\Device\\{Upper}\0\0", Encoding.Unicode.GetString(registry.Get(tcpip, "Bind")!.Data));
    }

    [Fact]
    public void Keys_and_values_are_made_replaced_and_deleted()
    {
        var registry = new Registry();
        RegistryKey key = registry.Create(null, @"\Registry\Machine\Software\Own", out bool isNew)!;
        Assert.True(isNew);
        Assert.Same(key, registry.Create(null, @"\Registry\Machine\Software\own", out isNew));
        Assert.False(isNew);
        registry.Set(key, RegistryValue.Of("One", "1"));
        registry.Set(key, RegistryValue.Of("ONE", "text"));
        Assert.Equal("ONE", Assert.Single(registry.ValuesOf(key)).Name);
        Assert.True(registry.DeleteValue(key, "one"));
        Assert.False(registry.DeleteValue(key, "one"));
        RegistryKey below = registry.Create(key, "Below", out _)!;
        Assert.False(registry.Delete(key));
        Assert.True(registry.Delete(below));
        Assert.True(registry.Delete(key));
        Assert.Null(registry.Open(key, ""));
    }

    private static (uint Type, uint Number) Number(RegistryValue value) => (value.Type, BitConverter.ToUInt32(value.Data));
}

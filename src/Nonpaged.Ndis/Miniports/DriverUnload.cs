namespace Nonpaged.Ndis;

/// <summary>The end of a driver that was loaded by itself: its unload function, and what that left undone.</summary>
internal static class DriverUnload
{
    public static void Run(NdisInstance instance, DriverRegistration registration)
    {
        ProtocolRegistration[] protocols = [.. registration.Protocols];
        bool isAsked = registration.HasUnload && registration.IsLoaded;
        // One without an unload function is asked by those of its protocols.
        if (!isAsked)
        {
            foreach (ProtocolRegistration protocol in protocols) protocol.Unload();
        }

        LayeredMiniport[] layers = [.. registration.Layers];
        registration.RunUnload();
        foreach (Adapter adapter in instance.Adapters.Where(one => layers.Contains(one.Origin.Layer)).Reverse())
        {
            if (isAsked) LeftAdapter(instance, registration, adapter);
            adapter.HaltFromDriver();
        }

        foreach (ProtocolRegistration protocol in registration.Protocols.ToArray())
        {
            if (isAsked) LeftProtocol(instance, registration, protocol);
            protocol.Close();
        }

        registration.Dispose();
    }

    private static void LeftAdapter(NdisInstance instance, DriverRegistration registration, Adapter adapter) =>
        instance.Report(new NdisLeak(
            registration.Driver.Name, nameof(NdisLibrary.NdisIMInitializeDeviceInstanceEx),
            $"The driver left {adapter.Name} running when it was unloaded.")
        {
            Site = instance.Handles.SiteOf(adapter.Handle),
            Stack = instance.Handles.StackOf(adapter.Handle),
        });

    private static void LeftProtocol(NdisInstance instance, DriverRegistration registration, ProtocolRegistration protocol) =>
        instance.Report(new NdisLeak(
            registration.Driver.Name, nameof(NdisLibrary.NdisRegisterProtocol),
            $"The driver left {protocol.Characteristics.Name} registered when it was unloaded.")
        {
            Site = instance.Handles.SiteOf(protocol.Handle),
            Stack = instance.Handles.StackOf(protocol.Handle),
        });
}

using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Cli;

/// <summary>
/// Ends this process when the one that watches it has ended: a driver must not live on alone, with its machine.
/// </summary>
internal static class LifelineWatch
{
    public static void Start()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable(DriverHost.LifelineVariable), out int descriptor)) return;
        new Thread(() =>
        {
            using var end = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read, bufferSize: 0);
            while (end.ReadByte() >= 0)
            {
            }

            Process.GetCurrentProcess().Kill();
        })
        {
            IsBackground = true,
            Name = "lifeline",
        }.Start();
    }
}

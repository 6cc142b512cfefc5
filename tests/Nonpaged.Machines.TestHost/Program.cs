using System.Runtime.InteropServices;
using Nonpaged;
using Nonpaged.Machines;
using Nonpaged.Machines.Qemu;

// A test reads these lines and kills this process, or sends its process group a signal, at the time it wants.
using var signalled = new ManualResetEventSlim();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Note);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Note);

Console.WriteLine("starting");
using (var machine = QemuMachine.Start(new QemuOptions()))
{
    Console.WriteLine("started");

    // Where the test itself was ended, nobody sends the signal any more.
    if (!signalled.Wait(TimeSpan.FromMinutes(1))) return;

    // What arrived here arrived at the whole group a moment ago; the device must still answer.
    Thread.Sleep(200);
    RegisterWindow registers = machine.MapRegisters(new PhysicalAddress(machine.Nic.Bars[0].Start), machine.Nic.Bars[0].Length);
    Console.WriteLine(machine.Gone.IsCompleted ? "gone" : $"STATUS 0x{registers.ReadUInt32(8):x8}");
    machine.Dispose();
    Console.WriteLine(machine.Gone.Result);
}

void Note(PosixSignalContext context)
{
    context.Cancel = true;
    signalled.Set();
}

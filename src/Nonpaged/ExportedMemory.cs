using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged;

/// <summary>
/// A block as another process can map it: a descriptor, and where the block's bytes lie in its file. <see cref="SendTo"/> and
/// <see cref="ReceiveFrom"/> bring it there, or <see cref="InheritBy"/> and <see cref="Inherited"/>, and <see cref="Open"/> maps
/// it. The memory itself lives as long as the block or any descriptor or mapping does, but stays where it is only as long as the
/// block.
/// </summary>
/// <example>
/// <code>
/// using ExportedMemory export = ring.Export();    // of a MemoryRequest { Shared = Sharing.ReadWrite }
/// export.SendTo(socket);
///
/// using ExportedMemory received = ExportedMemory.ReceiveFrom(socket);    // in the other process
/// using OpenedMemory ring = received.Open();
/// </code>
/// </example>
public sealed class ExportedMemory : IDisposable
{
    private const string InheritedName = "NONPAGED_MEMORY";

    internal ExportedMemory(SafeFileHandle descriptor, IReadOnlyList<FileRange> ranges, Sharing sharing)
    {
        Descriptor = descriptor;
        Ranges = ranges;
        Sharing = sharing;
    }

    /// <summary>A descriptor of its own of the memory file, close-on-exec.</summary>
    public SafeFileHandle Descriptor { get; }

    /// <summary>
    /// The stretches of the file that back the block, in the order of its addresses: one, unless 2 MiB
    /// units were put into another order.
    /// </summary>
    public IReadOnlyList<FileRange> Ranges { get; }

    /// <summary>
    /// What the other process may do. With <see cref="Sharing.ReadOnly"/> the kernel refuses it a writable mapping.
    /// </summary>
    public Sharing Sharing { get; }

    /// <summary>Receives what <see cref="SendTo"/> sent, and waits for it.</summary>
    /// <param name="socket">A connected stream socket of the Unix domain (unix(7)), blocking or not. Its receive timeout
    /// holds.</param>
    /// <exception cref="ArgumentException">It is another kind of socket.</exception>
    /// <exception cref="SocketException">Nothing could be received, or not in time.</exception>
    /// <exception cref="EndOfStreamException">The other side has closed the socket.</exception>
    /// <exception cref="InvalidDataException">Something else was received. What follows in the stream is not known.</exception>
    public static ExportedMemory ReceiveFrom(Socket socket) => ExportMessage.Receive(socket);

    /// <inheritdoc cref="ReceiveFrom"/>
    /// <param name="socket">A connected stream socket of the Unix domain (unix(7)).</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">The waiting was ended; nothing was received.</exception>
    public static Task<ExportedMemory> ReceiveFromAsync(Socket socket, CancellationToken cancellationToken = default) =>
        ExportMessage.ReceiveAsync(socket, cancellationToken);

    /// <summary>Sends it to another process: this object stays as it is.</summary>
    /// <inheritdoc cref="ReceiveFrom" path="/exception[@cref='T:System.ArgumentException']"/>
    /// <param name="socket">A connected stream socket of the Unix domain (unix(7)), blocking or not. Its send timeout
    /// holds.</param>
    /// <exception cref="SocketException">It could not be sent, or not in time; a part of it may have been.</exception>
    public void SendTo(Socket socket) => ExportMessage.Send(socket, this);

    /// <summary>
    /// Passes it on to a process that is about to be started: a descriptor that stays open in it, and an environment variable
    /// that says which, and where the block lies. The process finds it by <see cref="Inherited"/>.
    /// </summary>
    /// <param name="child">How the process will be started.</param>
    /// <param name="name">The environment variable; another one for each block.</param>
    /// <returns>To be disposed when the process has been started: until then every process that is started inherits the
    /// descriptor, from any part of the program that starts it.</returns>
    /// <exception cref="AllocationException">There is no further descriptor.</exception>
    /// <exception cref="NotSupportedException">The block is in too many ranges for an environment variable: send it over a
    /// socket.</exception>
    public IDisposable InheritBy(ProcessStartInfo child, string name = InheritedName) =>
        ExportInheritance.Give(this, child, name);

    /// <summary>What the process that started this one passed on by <see cref="InheritBy"/>. Each can be taken once.</summary>
    /// <param name="name">The environment variable.</param>
    /// <exception cref="InvalidOperationException">Nothing was passed on by that name, or it was taken already.</exception>
    /// <exception cref="InvalidDataException">The variable does not say what <see cref="InheritBy"/> writes, or the descriptor is
    /// not open.</exception>
    public static ExportedMemory Inherited(string name = InheritedName) => ExportInheritance.Take(name);

    /// <summary>Maps the block into this process.</summary>
    /// <exception cref="InvalidDataException">The ranges do not lie in the file, or the file may be made shorter, so that a read
    /// could end the process: do not trust the sender.</exception>
    /// <exception cref="NotSupportedException">The block has 2 GiB or more.</exception>
    /// <exception cref="AllocationException">It cannot be mapped.</exception>
    public OpenedMemory Open() => ExportMapping.Open(this);

    /// <summary>Closes the descriptor.</summary>
    public void Dispose() => Descriptor.Dispose();
}

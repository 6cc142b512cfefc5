namespace Nonpaged.Ndis;

public sealed partial class Adapter
{
    private void GiveBackMemory(string who)
    {
    }
}

using Nonpaged.Cli;
using Nonpaged.Ndis.Host;

Lifeline.Watch();
return await CommandTree.RunAsync(args, Screen.OfProcess(), SharedDriver.Load);

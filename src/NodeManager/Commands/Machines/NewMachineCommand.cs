using System.Collections;
using NodeManager.Autoscaling.Providers;
using NodeManager.Core.Machines;
using NodeManager.Core.Nodes.Editing;

namespace NodeManager.Commands;

/// <summary>Creates machines without a claim of the autoscaler.</summary>
[Cmdlet(VerbsCommon.New, "Machine", SupportsShouldProcess = true)]
[OutputType(typeof(Machine))]
public sealed class NewMachineCommand : SessionCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Names of the machines; a provider of existing servers uses theirs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(NodeProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string Provider { get; set; } = "";

    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = NodeProviderReference.DefaultNamespace;

    [Parameter]
    [ValidateRange(1, 4096)]
    public long CpuCores { get; set; } = 2;

    /// <summary>Per machine, bytes.</summary>
    [Parameter]
    [ValidateRange(1L << 20, long.MaxValue)]
    public long Memory { get; set; } = 2L << 30;

    /// <summary>The required zone; by default, any.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ZoneCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Zone { get; set; }

    /// <summary>Labels that the nodes register with, if the provider supports it.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [Entries]
    [ValidateNotNull]
    public IDictionary? Label { get; set; }

    /// <summary>Taints that the nodes register with, if the provider supports it.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] Taint { get; set; } = [];

    /// <summary>The UID of the claim of a single machine; by default, none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ClaimUid { get; set; }

    private protected override void Begin()
    {
        foreach (string taint in Taint)
            TaintText.Parse(taint);
        if (ClaimUid is not null && Name.Length > 1)
            throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                "A claim has one machine, and several names are given.",
                ClaimUid,
                "Pass one name with -ClaimUid."
            );
    }

    private protected override void Process()
    {
        foreach (NodeManagerSession session in Sessions)
        {
            foreach (string name in Name)
            {
                var request = new MachineRequest(ClaimUid ?? "", name, CpuCores, Memory >> 20)
                {
                    Zone = Zone,
                    Labels = Label is null ? new Dictionary<string, string>() : TextMap.From(Label, ErrorIds.InvalidLabelValue),
                    Taints = Taint,
                };
                Sessions.StartIn(
                    session,
                    name,
                    async worker =>
                    {
                        // Fails on an unknown provider before anything is announced.
                        await NodeProviderReader.ReadAsync(session, [Provider], Namespace, static unknown => throw unknown, worker.Token);
                        if (
                            !await worker.ShouldProcessAsync(
                                session,
                                $"machine {name} (provider {Namespace}/{Provider}, cluster {session.Cluster})",
                                "Create and start machine"
                            )
                        )
                            return;
                        worker.Verbose($"Creating machine {name} with provider {Namespace}/{Provider}.");
                        worker.Progress(new("machine " + name, $"Creating machine {name}", $"Waiting for provider {Provider}"));
                        worker.Output(await MachineManager.CreateAsync(session, Namespace, Provider, request, worker.Token));
                        worker.Progress(new("machine " + name, $"Creating machine {name}", "", Completed: true));
                    }
                );
            }
        }
    }
}

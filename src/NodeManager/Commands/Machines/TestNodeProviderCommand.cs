using NodeManager.Autoscaling.Providers;

namespace NodeManager.Commands;

[Cmdlet(VerbsDiagnostic.Test, "NodeProvider", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(NodeProviderCheck))]
public sealed class TestNodeProviderCommand : NodeProviderCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Create and delete one machine, to hold the provider to the rules of its interface.</summary>
    [Parameter]
    public SwitchParameter Conformance { get; set; }

    private protected override void Process(NodeProviderReference provider) =>
        Sessions.StartIn(
            provider.Session,
            provider.Name,
            async worker =>
            {
                // A provider that does not exist is an error without a question.
                if (Conformance)
                    _ = await NodeProviderReader.ReadAsync(
                        provider.Session,
                        [provider.Name],
                        provider.Namespace,
                        static missing => throw missing,
                        worker.Token
                    );
                bool conforms =
                    Conformance && await worker.ShouldProcessAsync(provider.Session, provider.ToString(), "Create and delete one machine");
                if (Conformance && !conforms)
                    return;
                foreach (
                    NodeProviderCheck check in await NodeProviderTester.TestAsync(
                        provider.Session,
                        provider.Namespace,
                        provider.Name,
                        conforms,
                        worker.Token
                    )
                )
                    worker.Output(check);
            }
        );
}

using NodeManager.Autoscaling.Providers;

namespace NodeManager.Commands;

[Cmdlet(VerbsDiagnostic.Test, "NodeProvider", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeProviderCheck))]
public sealed class TestNodeProviderCommand : NodeProviderCmdlet
{
    private protected override void Process(NodeProviderReference provider) =>
        Sessions.StartIn(
            provider.Session,
            provider.Name,
            async worker =>
            {
                foreach (
                    NodeProviderCheck check in await NodeProviderTester.TestAsync(
                        provider.Session,
                        provider.Namespace,
                        provider.Name,
                        worker.Token
                    )
                )
                    worker.Output(check);
            }
        );
}

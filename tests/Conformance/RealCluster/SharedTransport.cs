namespace NodeManager.Conformance.RealCluster;

/// <summary>A transport that its users may dispose, and that lasts until its owner disposes <paramref name="inner"/>.</summary>
internal sealed class SharedTransport(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    // The inner handler stays.
    protected override void Dispose(bool disposing) => base.Dispose(false);
}

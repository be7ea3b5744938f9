using Microsoft.AspNetCore.Mvc;

namespace NodeManager.Server.Nodes;

/// <summary>Bodies that name up to 5,000 nodes are larger than others.</summary>
internal static class NodeListBody
{
    // 5,000 of the longest names, which have 253 characters.
    private const int Largest = 2 << 20;

    public static TBuilder TakesNodes<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new RequestSizeLimitAttribute(Largest));
}

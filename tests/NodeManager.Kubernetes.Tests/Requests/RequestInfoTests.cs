using NodeManager.Kubernetes.Requests;

namespace NodeManager.Kubernetes.Tests.Requests;

public sealed class RequestInfoTests
{
    [Theory]
    [InlineData("GET", "/api/v1/nodes", "list nodes")]
    [InlineData("HEAD", "/api/v1/nodes", "list nodes")]
    [InlineData("GET", "/api/v1/nodes/n%2D1", "get nodes name=n-1")]
    [InlineData("PATCH", "/api/v1/nodes/n1/status", "patch nodes/status name=n1")]
    [InlineData("POST", "/api/v1/namespaces/shop/pods", "create pods ns=shop")]
    [InlineData("POST", "/api/v1/namespaces/shop/pods/cart/eviction", "create pods/eviction name=cart ns=shop")]
    [InlineData("DELETE", "/api/v1/namespaces/shop/pods", "deletecollection pods ns=shop")]
    [InlineData("DELETE", "/api/v1/namespaces/shop/pods/cart", "delete pods name=cart ns=shop")]
    [InlineData("GET", "/api/v1/namespaces", "list namespaces")]
    [InlineData("GET", "/api/v1/namespaces/shop", "get namespaces name=shop ns=shop")]
    [InlineData("PUT", "/api/v1/namespaces/shop/finalize", "update namespaces/finalize name=shop ns=shop")]
    [InlineData("GET", "/apis/apps/v1/namespaces/shop/deployments/cart/scale", "get deployments.apps/scale name=cart ns=shop")]
    [InlineData("GET", "/apis/apps/v1", "get ")]
    [InlineData("GET", "/healthz", "get ")]
    public void Request_attributes_equal_those_of_the_API_server(string method, string path, string expected)
    {
        RequestInfo info = RequestInfo.Parse(method, path, isWatch: false);
        string name = info.Name.Length > 0 ? $" name={info.Name}" : "",
            ns = info.Namespace.Length > 0 ? $" ns={info.Namespace}" : "";
        Assert.Equal(expected, $"{info.Verb} {info.QualifiedResource}{name}{ns}");
    }

    [Fact]
    public void Only_collections_are_watched()
    {
        Assert.Equal("watch", RequestInfo.Parse("GET", "/api/v1/nodes", isWatch: true).Verb);
        Assert.Equal("get", RequestInfo.Parse("GET", "/api/v1/nodes/n1", isWatch: true).Verb);
    }
}

"""The flows that the peer scripts time, as one writes them in PyTorch, without Ebb's tricks."""
import math

import torch
from torch import nn
from torch.nn import functional as F


class FullyConnected(nn.Module):
    """Dense layers D to D with SmoothLeakyRelu between them; weights start near -I, biases at 1."""

    def __init__(self, dim, layers, slope=0.3):
        super().__init__()
        self.dim, self.slope = dim, slope
        self.dense = nn.ModuleList([nn.Linear(dim, dim) for _ in range(layers)])
        for layer in self.dense:
            nn.init.normal_(layer.weight, std=0.3 / math.sqrt(dim))
            nn.init.ones_(layer.bias)
            layer.weight.data.diagonal().sub_(1)

    def forward(self, x):
        """Noise, and the part of log|det| that depends on x."""
        log_det = x.new_zeros(len(x))
        for layer in self.dense[:-1]:
            x = layer(x)
            log_det = log_det + torch.log(
                self.slope + (1 - self.slope) * torch.sigmoid(x)).sum(1)
            x = self.slope * x + (1 - self.slope) * F.softplus(x)
        return self.dense[-1](x), log_det

    def constant_log_det(self):
        return sum(torch.linalg.slogdet(layer.weight).logabsdet for layer in self.dense)

    def log_prob(self, x):
        return -energy(self, x) + self.constant_log_det() - 0.5 * self.dim * math.log(2 * math.pi)

    def inverse(self, z):
        for i, layer in reversed(list(enumerate(self.dense))):
            z = torch.linalg.solve(layer.weight, (z - layer.bias).T).T
            if i > 0:
                z = self.relu_inverse(z)
        return z

    def relu_inverse(self, y):
        """Newton's method for the activation, which has no closed inverse."""
        x = torch.where(y > 0, y, y / self.slope)
        for _ in range(20):
            value = self.slope * x + (1 - self.slope) * F.softplus(x) - y
            x = x - value / (self.slope + (1 - self.slope) * torch.sigmoid(x))
        return x


def energy(flow, x):
    """Up to its constant: half the squared norm of the noise, less the log-determinant."""
    z, log_det = flow(x)
    return 0.5 * (z * z).sum(1) - log_det


class Coupling(nn.Module):
    """Affine coupling of half of the channels by a small convolutional network."""

    def __init__(self, channels, width):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(channels // 2, width, 3, padding=1), nn.ReLU(),
            nn.Conv2d(width, width, 1), nn.ReLU(),
            nn.Conv2d(width, channels, 3, padding=1))

    def parts(self, kept):
        shift, raw = self.net(kept).chunk(2, 1)
        return shift, torch.sigmoid(raw + 2)

    def forward(self, x):
        kept, changed = x.chunk(2, 1)
        shift, scale = self.parts(kept)
        return torch.cat([kept, (changed + shift) * scale], 1), scale.log().sum((1, 2, 3))

    def inverse(self, z):
        kept, changed = z.chunk(2, 1)
        shift, scale = self.parts(kept)
        return torch.cat([kept, changed / scale - shift], 1)


class GlowStep(nn.Module):
    """ActNorm, 1 x 1 convolution, coupling."""

    def __init__(self, channels, width):
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.log_scale = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.mix = nn.Parameter(torch.linalg.qr(torch.randn(channels, channels)).Q)
        self.coupling = Coupling(channels, width)

    def forward(self, x):
        pixels = x.shape[2] * x.shape[3]
        x = (x + self.shift) * self.log_scale.exp()
        x = F.conv2d(x, self.mix[:, :, None, None])
        x, log_det = self.coupling(x)
        fixed = self.log_scale.sum() + torch.linalg.slogdet(self.mix).logabsdet
        return x, log_det + pixels * fixed

    def inverse(self, z):
        z = self.coupling.inverse(z)
        z = F.conv2d(z, torch.linalg.inv(self.mix)[:, :, None, None])
        return z * (-self.log_scale).exp() - self.shift


class Glow(nn.Module):
    """Scales of squeeze and steps; between scales half of the channels goes to a normal density."""

    def __init__(self, side, scales, steps, width):
        super().__init__()
        self.side, self.dim = side, side * side
        self.scales, self.priors = nn.ModuleList(), nn.ModuleList()
        channels = 1
        for scale in range(scales):
            channels *= 4
            self.scales.append(nn.ModuleList([GlowStep(channels, width) for _ in range(steps)]))
            if scale + 1 < scales:
                channels //= 2
                self.priors.append(nn.Sequential(
                    nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(),
                    nn.Conv2d(width, width, 1), nn.ReLU(),
                    nn.Conv2d(width, 2 * channels, 3, padding=1)))

    def log_prob(self, x):
        x = x.view(len(x), 1, self.side, self.side)
        total = x.new_zeros(len(x))
        for scale, steps in enumerate(self.scales):
            x = F.pixel_unshuffle(x, 2)
            for step in steps:
                x, log_det = step(x)
                total = total + log_det
            if scale < len(self.priors):
                x, given = x.chunk(2, 1)
                mean, log_sd = self.priors[scale](x).chunk(2, 1)
                total = total + normal(given, mean, log_sd)
        return total + normal(x, torch.zeros_like(x), torch.zeros_like(x))

    def inverse(self, z):
        """From rows of noise, the last scale's first."""
        sizes = []
        channels, side = 1, self.side
        for scale in range(len(self.scales)):
            channels, side = 4 * channels, side // 2
            if scale < len(self.priors):
                channels //= 2
            sizes.append((channels, side))
        noise = z.split([c * s * s for c, s in reversed(sizes)], 1)
        c, s = sizes[-1]
        x = noise[0].view(-1, c, s, s)
        for scale in reversed(range(len(self.scales))):
            if scale < len(self.priors):
                c, s = sizes[scale]
                mean, log_sd = self.priors[scale](x).chunk(2, 1)
                given = mean + log_sd.exp() * noise[len(sizes) - 1 - scale].view(-1, c, s, s)
                x = torch.cat([x, given], 1)
            for step in reversed(self.scales[scale]):
                x = step.inverse(x)
            x = F.pixel_shuffle(x, 2)
        return x.flatten(1)


def normal(x, mean, log_sd):
    z = (x - mean) * (-log_sd).exp()
    return (-0.5 * z * z - log_sd - 0.5 * math.log(2 * math.pi)).flatten(1).sum(1)


def velocity(dim, hidden):
    """A velocity field: dense layers with a steep softplus."""
    layers = []
    for fan_in, fan_out in zip([dim] + hidden, hidden + [dim]):
        layers += [nn.Linear(fan_in, fan_out), nn.Softplus(beta=20)]
    return nn.Sequential(*layers[:-1])


def three_eighths(slope, state, begin, end):
    """One step of the Runge-Kutta 3/8 rule for a state of several tensors."""
    h = end - begin

    def moved(*terms):
        parts = list(state)
        for weight, slopes in terms:
            parts = [torch.add(p, k, alpha=h * weight) for p, k in zip(parts, slopes)]
        return tuple(parts)

    a = slope(begin, state)
    b = slope(begin + h / 3, moved((1 / 3, a)))
    c = slope(begin + 2 * h / 3, moved((-1 / 3, a), (1, b)))
    d = slope(end, moved((1, a), (-1, b), (1, c)))
    return moved((1 / 8, a), (3 / 8, b), (3 / 8, c), (1 / 8, d))


class BlockChain(nn.Module):
    """Neural-ODE blocks over [0, 1] each, by steps of the 3/8 rule."""

    def __init__(self, dim, hidden, blocks, substeps):
        super().__init__()
        self.dim, self.substeps = dim, substeps
        self.fields = nn.ModuleList([velocity(dim, hidden) for _ in range(blocks)])

    def log_prob(self, x):
        """Divergences exactly up to 16 columns, else along one random direction."""
        state = (x, x.new_zeros(len(x)))
        for field in self.fields:
            probes = (torch.eye(self.dim) if self.dim <= 16
                      else torch.randn(1, *x.shape).sign())

            def slope(t, s):
                with torch.enable_grad():
                    at = s[0].detach().requires_grad_()
                    f = field(at)
                    divergence = 0.0
                    for e in probes:
                        product = torch.autograd.grad(f, at, e.expand_as(f), retain_graph=True)[0]
                        divergence = divergence + (product * e).sum(1)
                return f.detach(), divergence

            for i in range(self.substeps):
                state = three_eighths(
                    slope, state, i / self.substeps, (i + 1) / self.substeps)
        z, log_det = state
        return normal(z, torch.zeros_like(z), torch.zeros_like(z)) + log_det

    def inverse(self, z):
        state = (z,)
        for field in reversed(self.fields):
            for i in reversed(range(self.substeps)):
                state = three_eighths(
                    lambda t, s: (field(s[0]),), state,
                    (i + 1) / self.substeps, i / self.substeps)
        return state[0]

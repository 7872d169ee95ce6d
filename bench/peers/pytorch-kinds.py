"""PyTorch's training steps of kinds of autoencoder, for bench/kinds.mjs, as one would write them with torch.nn.

Options besides threads and fused AdamW: `compiled`, torch.compile of forward and loss (and so of backward);
`channels_last`, the layout of images that oneDNN's convolutions prefer.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from training_step import TrainingStep, serve, wave


class Convolutional(nn.Module):
    """Strided convolutions down, transposed ones up; squared error."""

    def __init__(self, space, options):
        super().__init__()
        grid, hidden, latent = space["grid"], options["hidden"], options["latent"]
        channels = [grid["channels"], *hidden]
        self.sizes = [(grid["height"], grid["width"])]
        for _ in hidden:
            height, width = self.sizes[-1]
            self.sizes.append(((height + 1) // 2, (width + 1) // 2))
        height, width = self.sizes[-1]
        self.deepest = (hidden[-1], height, width)
        pairs = list(zip(channels, channels[1:]))
        self.down = nn.ModuleList([nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in pairs])
        self.code = nn.Linear(math.prod(self.deepest), latent)
        self.spread = nn.Linear(latent, math.prod(self.deepest))
        self.up = nn.ModuleList([nn.ConvTranspose2d(b, a, 4, stride=2, padding=1) for a, b in reversed(pairs)])

    def forward(self, x):
        h = x
        for layer in self.down:
            h = F.relu(layer(h))
        h = F.relu(self.spread(self.code(h.flatten(1)))).unflatten(1, self.deepest)
        for i, layer in enumerate(self.up):
            height, width = self.sizes[len(self.up) - 1 - i]
            h = layer(h)[:, :, :height, :width]
            if i < len(self.up) - 1:
                h = F.relu(h)
        return F.mse_loss(h, x)


class Variational(nn.Module):
    """Kingma & Welling (2014); with a bound of `iwae` Burda et al. (2016). Summed over bits, averaged over rows."""

    def __init__(self, space, options):
        super().__init__()
        hidden, self.latent, self.samples = options["hidden"], options["latent"], options.get("samples", 1)
        self.importance = options.get("bound") == "iwae"
        self.encoder = self.stack([space["width"], *hidden, 2 * self.latent])
        self.decoder = self.stack([self.latent, *reversed(hidden), space["width"]])

    @staticmethod
    def stack(widths):
        layers = []
        for inputs, outputs in zip(widths, widths[1:]):
            layers += [nn.Linear(inputs, outputs), nn.Tanh()]
        return nn.Sequential(*layers[:-1])

    def forward(self, x, noise):
        mean, spread = self.encoder(x).chunk(2, 1)
        log_variance = 10 * torch.tanh(spread / 10)
        deviation = torch.exp(0.5 * log_variance)
        if not self.importance:
            logits = self.decoder(torch.addcmul(mean, deviation, noise))
            kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum()
            return (F.binary_cross_entropy_with_logits(logits, x, reduction="sum") + kl) / x.shape[0]
        z = torch.addcmul(mean.unsqueeze(1), deviation.unsqueeze(1), noise)
        logits = self.decoder(z)
        target = x.unsqueeze(1).expand_as(logits)
        error = F.binary_cross_entropy_with_logits(logits, target, reduction="none").sum(2)
        ratio = 0.5 * (noise.square() - z.square()).sum(2) + 0.5 * log_variance.sum(1, keepdim=True)
        return (math.log(self.samples) - torch.logsumexp(ratio - error, 1)).mean()


class Contractive(nn.Module):
    """Rifai et al. (2011): one sigmoid layer, tied weights, the penalty of its Jacobian in closed form."""

    def __init__(self, space, options):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(options["latent"], space["width"]))
        self.encoder_bias = nn.Parameter(torch.empty(options["latent"]))
        self.decoder_bias = nn.Parameter(torch.empty(space["width"]))
        self.penalty = options["weight"]

    def forward(self, x):
        h = torch.sigmoid(F.linear(x, self.weight, self.encoder_bias))
        logits = F.linear(h, self.weight.t(), self.decoder_bias)
        slopes = (h * (1 - h)).square()
        contraction = (slopes @ self.weight.square().sum(1)).mean()
        return F.binary_cross_entropy_with_logits(logits, x) + self.penalty * contraction


modules = dict(convolutional=Convolutional, variational=Variational, contractive=Contractive)


def set_weights(module, parameters):
    """The formulas' weights, in Hourglass's order, which is the modules' own; matrices are transposed."""
    with torch.no_grad():
        for target, source in zip(module.parameters(), parameters, strict=True):
            value = wave(math.prod(source["shape"]), source["seed"], source["scale"]).reshape(source["shape"])
            target.copy_(value.T if value.dim() == 2 else value)


class Step(TrainingStep):
    def __init__(self, setup, threads, fused, compiled=False, channels_last=False):
        self.halved = setup["kind"] == "convolutional"
        super().__init__(setup, threads, fused)
        space, self.options = setup["space"], setup["options"]
        self.module = modules[setup["kind"]](space, self.options)
        set_weights(self.module, setup["parameters"])
        x = wave(self.rows * space["width"], 1000, 1).reshape(self.rows, -1)
        self.x = (1 + x) / 2 if setup["bits"] else x
        if "grid" in space:
            grid = space["grid"]
            self.x = self.x.reshape(self.rows, grid["height"], grid["width"], grid["channels"])
            if channels_last:
                self.module.to(memory_format=torch.channels_last)
            else:
                self.x = self.x.permute(0, 3, 1, 2).contiguous()
        self.channels_last = channels_last
        self.optimizer = self.adamw(self.module.parameters())
        self.objective = torch.compile(self.module) if compiled else self.module

    def loss(self, batch):
        if not isinstance(self.module, Variational):
            # Rows of pixels of channels are images in the layout "channels last" as they are.
            return self.objective(batch.permute(0, 3, 1, 2) if self.channels_last else batch)
        latent = self.options["latent"]
        several = self.options.get("bound") == "iwae"
        shape = (self.batch, self.options["samples"], latent) if several else (self.batch, latent)
        return self.objective(batch, self.normal(*shape))


serve(Step)

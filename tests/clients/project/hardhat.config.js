import { defineConfig } from 'hardhat/config'

export default defineConfig({
  solidity: { version: '0.8.37', path: process.env.SOLC },
  paths: { sources: './src', tests: './none' },
  networks: { served: { type: 'http', url: process.env.CHAIN_URL } },
})
